import { afterAll } from 'vitest';
import { openDisplay } from './xvfb.ts';

/** A display for the tests of one file, ended after them where it was begun for them. @returns what DISPLAY must be */
export async function provideDisplay(): Promise<string> {
  const { name, end } = await openDisplay();
  afterAll(end);
  return name;
}
