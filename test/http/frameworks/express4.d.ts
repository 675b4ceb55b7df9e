/** Express 4, by an alias of package.json; what is used of it has the types of Express 5. */
declare module 'express4' {
  import express from 'express';
  export default express;
}
