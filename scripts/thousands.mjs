const format = new Intl.NumberFormat('en');

/** `1234567` as people read it: `1 234 567`. @param {number} n */
export const thousands = (n) => format.format(n).replaceAll(',', ' ');
