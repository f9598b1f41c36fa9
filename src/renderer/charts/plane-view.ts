/** A point of a line, with what a pointer reads there. */
export interface PlaneChartPoint {
  /** Shares, from 0 to 1. */
  readonly x: number;
  readonly y: number;
  /** Of its mark, in CSS pixels; without one the line alone is drawn. */
  readonly radius?: number;
  readonly told?: readonly string[];
}

export interface PlaneLine {
  readonly label: string;
  readonly role: 'train' | 'validation' | 'muted';
  readonly points: readonly PlaneChartPoint[];
  readonly dashed?: boolean;
}

/** What a chart of shares by shares shows. */
export interface PlaneView {
  readonly xTitle: string;
  readonly yTitle: string;
  readonly lines: readonly PlaneLine[];
  /** Where one stands on a line. */
  readonly mark: { readonly x: number; readonly y: number; readonly label: string } | null;
}
