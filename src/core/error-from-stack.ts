/** An Error whose stack is all that is left of it: its class and message are read from the first line. */
export function errorFromStack(stack: string): Error {
  const [, name = 'Error', message = stack] =
    /^(?:Uncaught )?([\w$.]*(?:Error|Exception)[\w$]*)(?:: ([^\n]*))?/.exec(stack) ?? [];
  const hidden = (value: string) => ({ value, enumerable: false, writable: true, configurable: true });
  return Object.create(Error.prototype, {
    name: hidden(name),
    message: hidden(message),
    stack: hidden(stack),
  }) as Error;
}
