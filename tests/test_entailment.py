"""The optional second reader: a folder of one's own, heard where it is sure, never against what code found altered."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from agent.door import BriefDoor
from agent.second_opinion import with_second_opinion
from agent.verify import verify
from app.environment import entailment
from app.session import Session
from indexer.embed import packaged_model_folder
from indexer.entailment import Entailment, Reading
from indexer.errors import ModelMissing
from tests.test_agent import index as index  # the small account of the door's own tests
from tools.drafts import ClaimDraft, EvidenceRef, Refusal

LABELS = ("contradiction", "entailment", "neutral")
SAID = "The rollout takes four weeks, and training is two days on site."


def folder_of(root: Path, bias: Sequence[float], labels: Sequence[str] = LABELS) -> Path:
    """A model folder whose graph looks at its tokens with random weights and then leans to one label by `bias`."""
    import numpy as np
    from onnx import TensorProto, helper, numpy_helper, save

    root.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(7)
    shutil.copy(packaged_model_folder() / "tokenizer.json", root / "tokenizer.json")
    held = {
        "words": rng.normal(size=(31000, 8)), "out": rng.normal(size=(8, len(labels))), "bias": np.array(bias),
    }  # fmt: skip
    graph = helper.make_graph(
        [
            helper.make_node("Gather", ["words", "input_ids"], ["seen"]),
            helper.make_node("ReduceMean", ["seen"], ["mean"], axes=[1], keepdims=0),
            helper.make_node("MatMul", ["mean", "out"], ["plain"]),
            helper.make_node("Add", ["plain", "bias"], ["logits"]),
        ],
        "pairs",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["b", "t"])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["b", len(labels)])],
        [numpy_helper.from_array(v.astype(np.float32), k) for k, v in held.items()],
    )
    opset = [helper.make_opsetid("", 13)]
    save(helper.make_model(graph, opset_imports=opset, ir_version=8), root / "model.onnx")
    named = {str(n): label for n, label in enumerate(labels)}
    (root / "config.json").write_text(json.dumps({"id2label": named}), "utf-8")
    return root


class Saying:
    """Stands at the model's mouth."""

    def __init__(self, entails: float, contradicts: float) -> None:
        self.reading, self.texts = Reading(entails, contradicts), [""]

    def read(self, claim: str, texts: Sequence[str]) -> list[Reading]:
        self.texts = list(texts)
        return [self.reading for _ in texts]


YES, NO, PERHAPS = Saying(0.97, 0.01), Saying(0.01, 0.97), Saying(0.5, 0.4)


@pytest.mark.parametrize(
    ("claim", "reader", "verdict"),
    [
        ("The rollout takes four weeks", None, "supported"),
        ("The rollout takes four weeks", PERHAPS, "supported"),
        ("The rollout takes four weeks", YES, "supported"),
        ("The rollout takes four weeks", NO, "contradicted"),
        ("Everybody learns the product at the customer's place", None, "unsupported"),
        ("Everybody learns the product at the customer's place", PERHAPS, "unsupported"),
        ("Everybody learns the product at the customer's place", YES, "supported"),
        ("Everybody learns the product at the place of Zebulon Crane", YES, "unsupported"),
        ("Seventy people learn the product at the customer's place", YES, "unsupported"),
        ("The rollout takes nine weeks", YES, "altered"),
    ],
)
def test_a_second_opinion_is_heard_where_it_is_sure(
    claim: str, reader: Saying | None, verdict: str
) -> None:
    found = with_second_opinion(verify(claim, [SAID]), claim, [SAID], reader)
    assert found.verdict == verdict
    if reader in (YES, NO) and verdict != verify(claim, [SAID]).verdict:
        assert "NLI model" in found.why


def test_of_a_long_text_only_what_the_finding_rests_on_is_read() -> None:
    talk = " ".join(f"They spoke about the weather on day {n} for a while." for n in range(80))
    text = f"{talk} {SAID} {talk}"
    reader = Saying(0.9, 0.0)
    with_second_opinion(
        verify("The rollout takes four weeks", [text]),
        "The rollout takes four weeks",
        [text],
        reader,
    )
    assert any(SAID in t for t in reader.texts)
    assert max(len(t) for t in reader.texts) < len(text) / 3


def test_an_onnx_folder_is_read_without_torch(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "m", (0.0, 0.0, 0.0))
    code = (
        "import sys; from pathlib import Path; from indexer.entailment import Entailment;"
        f"r = Entailment(Path({str(folder)!r})).read('a claim', ['one text', 'quite another text of more words'] * 20);"
        "assert len(r) == 40 and r[0] == r[2] != r[1], r;"
        "assert all(0 < x.entails < 1 and x.entails + x.contradicts < 1 for x in r);"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[1])


def test_labels_are_read_from_the_config(tmp_path: Path) -> None:
    """In another order, in capitals; the leaning is to the label, not to its place."""
    for n, labels in enumerate((LABELS, ("ENTAILMENT", "NEUTRAL", "CONTRADICTION"))):
        at = [label.lower() for label in labels].index("contradiction")
        bias = [20.0 if i == at else 0.0 for i in range(3)]
        reading = Entailment(folder_of(tmp_path / str(n), bias, labels)).read("x", ["y"])[0]
        assert reading.contradicts > 0.99


def test_a_folder_of_safetensors_is_read_too(tmp_path: Path) -> None:
    from tokenizers import Tokenizer
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    words = Tokenizer.from_file(str(packaged_model_folder() / "tokenizer.json"))
    PreTrainedTokenizerFast(tokenizer_object=words, pad_token="[PAD]", model_max_length=64).save_pretrained(tmp_path)  # fmt: skip
    config = BertConfig(
        vocab_size=words.get_vocab_size(), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16, id2label=dict(enumerate(LABELS)), label2id={x: n for n, x in enumerate(LABELS)},
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(tmp_path)
    readings = Entailment(tmp_path).read("a claim", ["one", "two", "three"])
    assert len(readings) == 3
    assert all(0 < r.entails < 1 and 0 < r.contradicts < 1 for r in readings)


def test_a_folder_that_is_none_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert entailment() is None
    monkeypatch.setenv("BATON_NLI_MODEL", str(tmp_path / "nowhere"))
    with pytest.raises(ModelMissing, match="Correct BATON_NLI_MODEL"):
        entailment()
    wrong = folder_of(tmp_path / "wrong", (0.0, 0.0), ("good", "bad"))
    with pytest.raises(ModelMissing, match="has the labels good, bad"):
        Entailment(wrong)
    broken = folder_of(tmp_path / "broken", (0.0, 0.0, 0.0))
    (broken / "model.onnx").write_bytes(b"nothing of the kind")
    with pytest.raises(ModelMissing, match="can't be loaded"):
        Entailment(broken).read("x", ["y"])


def test_the_command_and_the_door_ask_the_model_that_is_named(
    tmp_path: Path, index: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    from typer.testing import CliRunner

    from app.cli import app

    file = tmp_path / "claims.jsonl"
    file.write_text(json.dumps({"id": 1, "claim": "The rollout takes four weeks", "sources": [SAID]}) + "\n")  # fmt: skip
    args = ["verify", "--claims", str(file), "--format", "json", "--home", str(tmp_path)]
    assert json.loads(CliRunner().invoke(app, args).stdout)["verdict"] == "supported"
    contrary = folder_of(tmp_path / "m", (20.0, 0.0, 0.0))
    monkeypatch.setenv("BATON_NLI_MODEL", str(contrary))
    assert json.loads(CliRunner().invoke(app, args).stdout)["verdict"] == "contradicted"
    heads = Session(tmp_path).heads
    assert heads.entailment is not None
    draft = ClaimDraft(field="x", text="Maria Lund signs the budget of 48,000 dollars.", kind="fact", evidence=(EvidenceRef(segment="s1"),))  # fmt: skip
    for reader, refused in ((None, False), (heads.entailment, True)):
        outcome = BriefDoor(index, reader=reader).record_claim(draft)  # type: ignore[arg-type]
        assert isinstance(outcome, Refusal) is refused
