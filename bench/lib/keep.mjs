// Keeps results alive. A loop whose result nobody can see may be removed by the optimiser, loop and all;
// handing the result to another module's exported state is something that it has to leave in place.

export const kept = { value: undefined };

/** Call once after a loop, with what the loop computed. */
export function keep(value) {
  kept.value = value;
}
