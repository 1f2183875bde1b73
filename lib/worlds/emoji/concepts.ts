/** What the worlds can show: each concept's plural, and its drawing in the emoji sets. */

/** How a concept is written and where it is drawn. */
export interface Concept {
  readonly plural: string;
  /** Icon name in `@iconify-json/fluent-emoji-flat` and `@iconify-json/noto`. */
  readonly icon: string;
  /** Unicode code points, as files of `@lobehub/fluent-emoji-3d` are named. */
  readonly codePoints: string;
}

const define = (plural: string, icon: string, codePoints: string): Concept => ({
  plural,
  icon,
  codePoints,
});

/** Every concept of every world, by its singular. */
export const CONCEPTS: Readonly<Record<string, Concept>> = {
  heart: define("hearts", "red-heart", "2764-fe0f"),
  star: define("stars", "star", "2b50"),
  cat: define("cats", "cat-face", "1f431"),
  dog: define("dogs", "dog-face", "1f436"),
  fish: define("fish", "fish", "1f41f"),
  car: define("cars", "automobile", "1f697"),
  house: define("houses", "house", "1f3e0"),
  tree: define("trees", "evergreen-tree", "1f332"),
  apple: define("apples", "red-apple", "1f34e"),
  cake: define("cakes", "birthday-cake", "1f382"),
  key: define("keys", "key", "1f511"),
  balloon: define("balloons", "balloon", "1f388"),
  circle: define("circles", "red-circle", "1f534"),
  square: define("squares", "red-square", "1f7e5"),
  bird: define("birds", "bird", "1f426"),
  bus: define("buses", "bus", "1f68c"),
  bicycle: define("bicycles", "bicycle", "1f6b2"),
  airplane: define("airplanes", "airplane", "2708-fe0f"),
  flower: define("flowers", "cherry-blossom", "1f338"),
  banana: define("bananas", "banana", "1f34c"),
  pizza: define("pizzas", "pizza", "1f355"),
  cup: define("cups", "hot-beverage", "2615"),
  book: define("books", "open-book", "1f4d6"),
  bell: define("bells", "bell", "1f514"),
  umbrella: define("umbrellas", "umbrella", "2602-fe0f"),
  guitar: define("guitars", "guitar", "1f3b8"),
  ball: define("balls", "soccer-ball", "26bd"),
  clock: define("clocks", "alarm-clock", "23f0"),
  hat: define("hats", "top-hat", "1f3a9"),
  fire: define("fires", "fire", "1f525"),
  mushroom: define("mushrooms", "mushroom", "1f344"),
  rocket: define("rockets", "rocket", "1f680"),
};
