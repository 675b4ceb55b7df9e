// What only legacy decorators can tell when decorating: the types of properties (`emitDecoratorMetadata`).
import 'reflect-metadata';
import { expect, test } from 'vitest';
import { Field, Fields } from 'ttlog/decorators';

test('flattening a class into itself is told when decorating', () => {
  const declare = (): unknown => {
    @Fields()
    class Node {
      @Field() name = 'n';
      @Field({ flatten: 'prefix' }) parent!: Node;
    }
    return Node;
  };
  expect(declare).toThrow(
    expect.objectContaining({
      code: 'ERR_INVALID_FIELDS',
      message:
        'Expected flattened fields of Node to end somewhere, got parent, which is a Node again. ' +
        'Take its flatten away: what is nested may be a cycle.',
    }),
  );
});

test('by way of another class, into a subclass, and not into an ancestor', () => {
  class Part {
    @Field({ flatten: true }) owner: unknown;
  }
  class Base {
    id = 1;
  }
  @Fields()
  class Fine extends Base {
    @Field({ flatten: 'prefix' }) base!: Base;
    @Field({ flatten: 'prefix', skip: true }) again!: Fine;
  }
  expect(new Fine().id).toBe(1);
  const declare = (): unknown => {
    @Fields()
    class Whole {
      @Field({ flatten: true }) part!: Part;
    }
    class Special extends Whole {}
    Reflect.defineMetadata('design:type', Special, Part.prototype, 'owner');
    Fields()(Whole);
    return Whole;
  };
  expect(declare).toThrow('got part.owner, which is a Whole again');
});
