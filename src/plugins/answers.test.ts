import { expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import type { Capabilities } from '../core/model.ts';
import type { OperateOutcome, ReadOutcome, WriteOutcome } from '../ports/lock-driver.ts';
import type { LockInspection } from '../ports/lock-inspection.ts';
import type { ClockOutcome, ScheduleOutcome } from '../ports/lock-time.ts';
import type * as answers from './answers.ts';

type Out<T extends z.ZodType> = NonNullable<z.output<T>>;
type Whys<T> = T extends { readonly why: infer W }
  ? `${T extends { readonly kind: infer K extends string } ? K : ''} ${W & string}`
  : never;
type Keys<T> = T extends unknown ? keyof T : never;

// Checked by the compiler: where the interface grows, a third party's answers would be cut down or refused unseen.
test("what a third party's driver may answer is all that the interface has", () => {
  expectTypeOf<keyof Out<typeof answers.capabilities>>().toEqualTypeOf<keyof Capabilities>();
  expectTypeOf<Out<typeof answers.capabilities>['readBack']>().toEqualTypeOf<Capabilities['readBack']>();
  expectTypeOf<Out<typeof answers.capabilities>['scheduleOrder']>().toEqualTypeOf<
    Capabilities['scheduleOrder']
  >();
  expectTypeOf<Whys<Out<typeof answers.writeOutcome>>>().toEqualTypeOf<Whys<WriteOutcome>>();
  expectTypeOf<Keys<Out<typeof answers.writeOutcome>>>().toEqualTypeOf<Keys<WriteOutcome>>();
  expectTypeOf<Out<typeof answers.writeOutcome>['kind']>().toEqualTypeOf<WriteOutcome['kind']>();
  expectTypeOf<Out<typeof answers.readOutcome>['kind']>().toEqualTypeOf<ReadOutcome['kind']>();
  type Read = Extract<ReadOutcome, { readonly kind: 'read' }>['reading'];
  type Told = Extract<Out<typeof answers.readOutcome>, { readonly kind: 'read' }>['reading'];
  expectTypeOf<Keys<Told>>().toEqualTypeOf<Keys<Read>>();
  type TypeOf<T> = T extends { readonly userType?: infer U } ? U : never;
  expectTypeOf<TypeOf<Told>>().toEqualTypeOf<TypeOf<Read>>();
  expectTypeOf<Keys<Out<typeof answers.operateOutcome>>>().toEqualTypeOf<Keys<OperateOutcome>>();
  expectTypeOf<Out<typeof answers.scheduleOutcome>['kind']>().toEqualTypeOf<ScheduleOutcome['kind']>();
  expectTypeOf<Out<typeof answers.clockOutcome>['kind']>().toEqualTypeOf<ClockOutcome['kind']>();
  expectTypeOf<keyof Out<typeof answers.inspection>>().toEqualTypeOf<keyof LockInspection>();
});
