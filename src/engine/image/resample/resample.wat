;; Resampling along one axis of [height, width, 3] uint8, as `taps.ts` says which pixels an output is made of: integer
;; arithmetic to the bit as Pillow's, four values at a time. `npm run wasm` compiles it into `resample-module.ts`.
;;
;; A record of taps, one an output: i32 offset of the first tap in bytes, i32 how many, i32 what each weighs; all records
;; have the same length. Loads and stores may go beyond the pixels and the results, where nothing is kept or the next results
;; go: memory must have 15 bytes there, and for `columns` three rows.
(module
  (memory (export "memory") 1)

  ;; Along rows: each output is 3 bytes, its taps lie 3 bytes apart. Four rows at a time; where fewer are left, what lies
  ;; behind the last is computed as well.
  (func (export "columns")
    (param $source i32) (param $stride i32) (param $rows i32)
    (param $taps i32) (param $record i32) (param $outputs i32)
    (param $target i32)
    (local $row i32) (local $output i32) (local $tap i32) (local $left i32) (local $at i32) (local $weight i32)
    (local $to i32) (local $width i32)
    (local $values v128) (local $own v128) (local $half v128)
    (local $sum0 v128) (local $sum1 v128) (local $sum2 v128) (local $sum3 v128)
    (local.set $width (i32.mul (local.get $outputs) (i32.const 3)))
    (loop $nextRows
      (local.set $output (i32.const 0))
      (local.set $tap (local.get $taps))
      (local.set $to (local.get $target))
      (loop $nextOutput
        (local.set $at (i32.add (local.get $source) (i32.load (local.get $tap))))
        (local.set $left (i32.load offset=4 (local.get $tap)))
        (local.set $weight (i32.add (local.get $tap) (i32.const 8)))
        (local.set $sum0 (v128.const i32x4 0x200000 0x200000 0x200000 0x200000))
        (local.set $sum1 (local.get $sum0))
        (local.set $sum2 (local.get $sum0))
        (local.set $sum3 (local.get $sum0))
        (loop $nextTap
          (local.set $values (v128.load32_zero (local.get $at)))
          (local.set $values (v128.load32_lane 1 (i32.add (local.get $at) (local.get $stride)) (local.get $values)))
          (local.set $values (v128.load32_lane 2
            (i32.add (local.get $at) (i32.shl (local.get $stride) (i32.const 1))) (local.get $values)))
          (local.set $values (v128.load32_lane 3
            (i32.add (local.get $at) (i32.mul (local.get $stride) (i32.const 3))) (local.get $values)))
          (local.set $own (v128.load32_splat (local.get $weight)))
          (local.set $half (i16x8.extend_low_i8x16_u (local.get $values)))
          (local.set $sum0 (i32x4.add (local.get $sum0)
            (i32x4.mul (i32x4.extend_low_i16x8_u (local.get $half)) (local.get $own))))
          (local.set $sum1 (i32x4.add (local.get $sum1)
            (i32x4.mul (i32x4.extend_high_i16x8_u (local.get $half)) (local.get $own))))
          (local.set $half (i16x8.extend_high_i8x16_u (local.get $values)))
          (local.set $sum2 (i32x4.add (local.get $sum2)
            (i32x4.mul (i32x4.extend_low_i16x8_u (local.get $half)) (local.get $own))))
          (local.set $sum3 (i32x4.add (local.get $sum3)
            (i32x4.mul (i32x4.extend_high_i16x8_u (local.get $half)) (local.get $own))))
          (local.set $at (i32.add (local.get $at) (i32.const 3)))
          (local.set $weight (i32.add (local.get $weight) (i32.const 4)))
          (br_if $nextTap (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
        (local.set $values
          (i8x16.narrow_i16x8_u
            (i16x8.narrow_i32x4_s
              (i32x4.shr_s (local.get $sum0) (i32.const 22))
              (i32x4.shr_s (local.get $sum1) (i32.const 22)))
            (i16x8.narrow_i32x4_s
              (i32x4.shr_s (local.get $sum2) (i32.const 22))
              (i32x4.shr_s (local.get $sum3) (i32.const 22)))))
        ;; Three bytes each and no more: what lies behind a row's last is the first of the row below.
        (local.set $at (local.get $to))
        (v128.store16_lane 0 (local.get $at) (local.get $values))
        (v128.store8_lane offset=2 2 (local.get $at) (local.get $values))
        (local.set $at (i32.add (local.get $at) (local.get $width)))
        (v128.store16_lane 2 (local.get $at) (local.get $values))
        (v128.store8_lane offset=2 6 (local.get $at) (local.get $values))
        (local.set $at (i32.add (local.get $at) (local.get $width)))
        (v128.store16_lane 4 (local.get $at) (local.get $values))
        (v128.store8_lane offset=2 10 (local.get $at) (local.get $values))
        (local.set $at (i32.add (local.get $at) (local.get $width)))
        (v128.store16_lane 6 (local.get $at) (local.get $values))
        (v128.store8_lane offset=2 14 (local.get $at) (local.get $values))
        (local.set $to (i32.add (local.get $to) (i32.const 3)))
        (local.set $tap (i32.add (local.get $tap) (local.get $record)))
        (local.set $output (i32.add (local.get $output) (i32.const 1)))
        (br_if $nextOutput (i32.lt_u (local.get $output) (local.get $outputs))))
      (local.set $source (i32.add (local.get $source) (i32.shl (local.get $stride) (i32.const 2))))
      (local.set $target (i32.add (local.get $target) (i32.shl (local.get $width) (i32.const 2))))
      (local.set $row (i32.add (local.get $row) (i32.const 4)))
      (br_if $nextRows (i32.lt_u (local.get $row) (local.get $rows)))))

  ;; Along columns: each output is a row of so many bytes, its taps lie a stride apart.
  (func (export "rows")
    (param $source i32) (param $stride i32) (param $bytes i32)
    (param $taps i32) (param $record i32) (param $outputs i32)
    (param $target i32)
    (local $output i32) (local $first i32) (local $byte i32) (local $left i32) (local $at i32) (local $weight i32)
    (local $values v128) (local $own v128) (local $half v128)
    (local $sum0 v128) (local $sum1 v128) (local $sum2 v128) (local $sum3 v128)
    (loop $nextOutput
      (local.set $first (i32.add (local.get $source) (i32.load (local.get $taps))))
      (local.set $byte (i32.const 0))
      (loop $nextBytes
        (local.set $at (i32.add (local.get $first) (local.get $byte)))
        (local.set $left (i32.load offset=4 (local.get $taps)))
        (local.set $weight (i32.add (local.get $taps) (i32.const 8)))
        (local.set $sum0 (v128.const i32x4 0x200000 0x200000 0x200000 0x200000))
        (local.set $sum1 (local.get $sum0))
        (local.set $sum2 (local.get $sum0))
        (local.set $sum3 (local.get $sum0))
        (loop $nextTap
          (local.set $values (v128.load (local.get $at)))
          (local.set $own (v128.load32_splat (local.get $weight)))
          (local.set $half (i16x8.extend_low_i8x16_u (local.get $values)))
          (local.set $sum0 (i32x4.add (local.get $sum0)
            (i32x4.mul (i32x4.extend_low_i16x8_u (local.get $half)) (local.get $own))))
          (local.set $sum1 (i32x4.add (local.get $sum1)
            (i32x4.mul (i32x4.extend_high_i16x8_u (local.get $half)) (local.get $own))))
          (local.set $half (i16x8.extend_high_i8x16_u (local.get $values)))
          (local.set $sum2 (i32x4.add (local.get $sum2)
            (i32x4.mul (i32x4.extend_low_i16x8_u (local.get $half)) (local.get $own))))
          (local.set $sum3 (i32x4.add (local.get $sum3)
            (i32x4.mul (i32x4.extend_high_i16x8_u (local.get $half)) (local.get $own))))
          (local.set $at (i32.add (local.get $at) (local.get $stride)))
          (local.set $weight (i32.add (local.get $weight) (i32.const 4)))
          (br_if $nextTap (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
        (v128.store (i32.add (local.get $target) (local.get $byte))
          (i8x16.narrow_i16x8_u
            (i16x8.narrow_i32x4_s
              (i32x4.shr_s (local.get $sum0) (i32.const 22))
              (i32x4.shr_s (local.get $sum1) (i32.const 22)))
            (i16x8.narrow_i32x4_s
              (i32x4.shr_s (local.get $sum2) (i32.const 22))
              (i32x4.shr_s (local.get $sum3) (i32.const 22)))))
        (local.set $byte (i32.add (local.get $byte) (i32.const 16)))
        (br_if $nextBytes (i32.lt_u (local.get $byte) (local.get $bytes))))
      (local.set $target (i32.add (local.get $target) (local.get $bytes)))
      (local.set $taps (i32.add (local.get $taps) (local.get $record)))
      (local.set $output (i32.add (local.get $output) (i32.const 1)))
      (br_if $nextOutput (i32.lt_u (local.get $output) (local.get $outputs))))))
