// What makes two spellings the same for whoever looks for something: one function for search, filters and finders.

const LETTERS = { "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i" };

/** Words without case, accents, and the forms of apostrophes and dashes: "COTE d’Ivoire" is "côte d'ivoire". */
export const fold = (text) => (/^[ -~]*$/.test(text) ? text.toLowerCase() : plain(text)).replace(/\s+/g, " ");

const plain = (text) =>
  text
    .toLowerCase()
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[ßæœøłđðþı]/g, (letter) => LETTERS[letter])
    .replace(/[\u2018\u2019\u201b\u02b9-\u02bc\u00b4]/g, "'")
    .replace(/[\u2010-\u2015\u2212]/g, "-");

/** Say whether every word of `wanted` stands in `text`, both as `fold` gives them. */
export const holds = (text, wanted) => wanted.split(" ").every((word) => text.includes(word));
