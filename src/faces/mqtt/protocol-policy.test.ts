import { describe, expect, it } from 'vitest';
import { firstChoice, nextChoice, type AttemptOutcome } from './protocol-policy.ts';

const versionsAfter = (...outcomes: AttemptOutcome[]): number[] => {
  let choice = firstChoice;
  return [choice.version, ...outcomes.map((outcome) => (choice = nextChoice(choice, outcome)).version)];
};

describe('the protocol version', () => {
  it('is 5 as long as nothing speaks against it', () => {
    expect(versionsAfter('other', 'open', 'other', 'open')).toEqual([5, 5, 5, 5, 5]);
  });

  it('stays 3.1.1 over lost connections once the broker has refused 5', () => {
    expect(versionsAfter('version', 'open', 'other', 'silent', 'open')).toEqual([5, 4, 4, 4, 4, 4]);
  });

  it('goes back to 5 when another broker refuses 3.1.1', () => {
    expect(versionsAfter('version', 'version')).toEqual([5, 4, 5]);
  });

  it('tries 3.1.1 once after two silent closings, since one may be a broker on its way down', () => {
    expect(versionsAfter('silent', 'silent', 'open')).toEqual([5, 5, 4, 5]);
    expect(versionsAfter('silent', 'other', 'silent', 'silent', 'silent')).toEqual([5, 5, 5, 5, 4, 5]);
  });
});
