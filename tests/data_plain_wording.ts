/**
 * Undoes the other wordings that training sees, by rewriting text alone, so that tests can tell
 * which template a text stands for without asking the code that wrote it.
 */
export function plainWording(text: string): string {
  return text
    .replace(/^(a photo of|a picture of|there is|there are) /, "")
    .replace(/^one /, "a ")
    .replace(/ with /, " and ")
    .replace(/on the (left|right) of/, "to the $1 of")
    .replace(/ over /, " above ")
    .replace(/ under /, " below ")
    .replace(/(an?) (\w+) that is (\w+)/g, "$1 $3 $2")
    .replace(/^(to the left of|to the right of|above|below) (an? \w+) is (an? \w+)$/, "$3 $1 $2");
}
