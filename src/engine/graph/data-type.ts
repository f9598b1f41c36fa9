/** TensorFlow's data types that Thaw uses, with their numbers in `tensorflow/core/framework/types.proto`. */
export const DATA_TYPE_NUMBERS = {
  float32: 1,
  int32: 3,
  uint8: 4,
  string: 7,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  float16: 19,
  resource: 20,
} as const;

export type DataType = keyof typeof DATA_TYPE_NUMBERS;
