// knex over SQLite in memory. Its own dialect but for the driver, which is WebAssembly: nothing to compile, nothing to download.
import { Database } from 'node-sqlite3-wasm';
// @ts-expect-error -- knex declares no types for its dialects
import SqliteDialect from 'knex/lib/dialects/sqlite3/index.js';

interface Query {
  readonly sql: string;
  readonly bindings?: readonly (string | number | null)[];
  readonly method: string;
  response?: unknown;
  context?: { lastID: number; changes: number };
}

export class SqliteClient extends (SqliteDialect as abstract new (...args: unknown[]) => object) {
  _driver(): object {
    return {};
  }

  acquireRawConnection(): Promise<Database> {
    return Promise.resolve(new Database(':memory:'));
  }

  destroyRawConnection(connection: Database): Promise<void> {
    connection.close();
    return Promise.resolve();
  }

  async _query(connection: Database, query: Query): Promise<Query> {
    const bindings = [...(query.bindings ?? [])];
    if (['insert', 'update', 'del', 'counter'].includes(query.method)) {
      const { lastInsertRowid, changes } = connection.run(query.sql, bindings);
      query.context = { lastID: Number(lastInsertRowid), changes };
    } else {
      query.response = connection.all(query.sql, bindings);
    }
    return Promise.resolve(query);
  }
}
