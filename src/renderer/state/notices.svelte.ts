import type { PresentedError, Severity } from './present-error.ts';
import { presentError } from './present-error.ts';

export interface NoticeAction {
  readonly label: string;
  readonly run: () => void;
}

export interface Notice {
  readonly id: number;
  readonly severity: Severity;
  readonly title: string;
  readonly hint: string;
  /** To copy; empty where there is no more to tell. */
  readonly details: string;
  readonly action: NoticeAction | null;
}

const SHOWN_AT_MOST = 4;

/** What the window tells unasked, newest last; nothing disappears before it was dismissed or replaced. */
export class Notices {
  list = $state.raw<readonly Notice[]>([]);
  #next = 1;
  readonly #act: (action: NonNullable<PresentedError['action']>) => NoticeAction;

  /** @param act what a click on an error's action does */
  constructor(act: (action: NonNullable<PresentedError['action']>) => NoticeAction) {
    this.#act = act;
  }

  /** @returns the notice's id, to dismiss it by */
  tell(notice: Partial<Omit<Notice, 'id'>> & { readonly title: string }): number {
    const told: Notice = { severity: 'information', hint: '', details: '', action: null, ...notice, id: this.#next };
    this.#next += 1;
    const others = this.list.filter((other) => other.title !== told.title || other.hint !== told.hint);
    this.list = [...others, told].slice(-SHOWN_AT_MOST);
    return told.id;
  }

  /** Tells a failure by the error table; what was cancelled on purpose is no news. */
  fail(error: unknown): void {
    const shown = presentError(error);
    if (shown.severity === 'information') return;
    this.tell({
      severity: shown.severity,
      title: `${shown.title}. ${shown.message}`,
      hint: shown.hint,
      details: shown.details,
      action: shown.action === null ? null : this.#act(shown.action),
    });
  }

  dismiss(id: number): void {
    this.list = this.list.filter((notice) => notice.id !== id);
  }
}
