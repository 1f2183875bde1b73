"""What Hugging Face's own `tokenizers` learns from captions, and the ids that it gives to texts.

    pip install tokenizers==0.23.3
    python tests/oracles/tokenizer.py     # from the repository's root

Writes tests/fixtures/tokenizer/{captions,tokenizer,ids}.json, which tests/text_oracle.test.ts reads.
"""

import itertools
import json
import pathlib

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

FOLDER = pathlib.Path("tests/fixtures/tokenizer")
SPECIAL_TOKENS = ["<pad>", "<end>", "<image>"]
WORD_PATTERN = r" ?\p{L}+| ?\p{N}| ?[^\s\p{L}\p{N}]|\s+(?!\S)|\s+"

CONCEPTS = "heart star cat dog fish car house tree apple cake key balloon".split()
COLORS = "red orange yellow green blue purple pink brown black white".split()
RELATIONS = ["to the left of", "to the right of", "above", "below"]


def a(noun):
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def captions():
    for concept in CONCEPTS:
        yield a(concept)
        yield f"a photo of {a(concept)}"
        for number in ["two", "three", "four"]:
            yield f"{number} {concept}s"
        yield f'question: how many {concept}s are there? answer: "2".'
    for concept, color in itertools.product(CONCEPTS[::3], COLORS):
        yield a(f"{color} {concept}")
    for left, relation, right in itertools.product(CONCEPTS[:3], RELATIONS, CONCEPTS[5:8]):
        yield f"{a(left)} {relation} {a(right)}"


TEXTS = [
    "two red hearts",
    "a photo of an apple to the left of a blue car",
    "is there a cat? yes, one.",
    "<image>a star<end><pad><pad>",
    "<end",
    "<<end>>",
    "Capital LETTERS and 12345 unseen zebras",
    "  leading, doubled  and trailing spaces  ",
    "line\nfeeds\r\n\tand tabs\u0085next\u00a0line",
    "\ufeffmark",
    "naïve café, Ελληνικά, 日本語, עברית, हिन्दी",
    "emoji ❤️ 👩‍👩‍👧 \U0001f3f3",
    "\u0000\u001f\u007f",
    "",
    " ",
    "it's the cat's \"key\"... (isn't it?)",
]


def write(name, content):
    (FOLDER / name).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")


tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
    pre_tokenizers.Split(Regex(WORD_PATTERN), "isolated"),
    pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
])
tokenizer.decoder = decoders.ByteLevel()
trainer = trainers.BpeTrainer(
    vocab_size=420,
    special_tokens=[AddedToken(token, normalized=False, special=True) for token in SPECIAL_TOKENS],
    initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    show_progress=False,
)
texts = list(captions())
tokenizer.train_from_iterator(texts, trainer)

FOLDER.mkdir(parents=True, exist_ok=True)
write("captions.json", {
    "specialTokens": SPECIAL_TOKENS,
    "vocabularySize": tokenizer.get_vocab_size(),
    "texts": texts,
})
write("tokenizer.json", json.loads(tokenizer.to_str()))
write("ids.json", [
    {
        "text": text,
        "ids": tokenizer.encode(text).ids,
        "decoded": tokenizer.decode(tokenizer.encode(text).ids, skip_special_tokens=False),
    }
    for text in TEXTS
])
