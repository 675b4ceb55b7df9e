import { root } from '../../../scripts/entries.mjs';
import { installFixture } from '../../../scripts/install-fixture.mjs';

export default function setup(): void {
  installFixture(`${root}test/nestjs/nest-11`);
}
