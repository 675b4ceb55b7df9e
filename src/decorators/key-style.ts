/** How the names of properties become keys of fields. */
export type KeyStyle = 'snake_case' | 'camelCase' | 'PascalCase' | 'kebab-case' | 'SCREAMING_SNAKE_CASE';

export const KEY_STYLES: readonly KeyStyle[] = [
  'snake_case', 'camelCase', 'PascalCase', 'kebab-case', 'SCREAMING_SNAKE_CASE',
]; // prettier-ignore

/** `orderID2` → ['order', 'id2']: capitals begin words, runs of capitals are one, what is neither letter nor digit separates. */
function words(name: string): string[] {
  return name
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** The name in that style; as it is without one, or where it has no words. */
export function restyle(name: string, style: KeyStyle | undefined): string {
  const parts = style === undefined ? [] : words(name);
  if (parts.length === 0) return name;
  switch (style) {
    case 'snake_case':
      return parts.join('_');
    case 'SCREAMING_SNAKE_CASE':
      return parts.join('_').toUpperCase();
    case 'kebab-case':
      return parts.join('-');
    case 'PascalCase':
      return parts.map(capital).join('');
    default:
      return parts.map((word, i) => (i === 0 ? word : capital(word))).join('');
  }
}
