# SPDX-License-Identifier: BSD-2-Clause
"""tests/proof: what `make prove` reads of its proofs, and how it judges what CBMC says."""

import importlib.machinery
import importlib.util
import sys
from pathlib import Path

import pytest
from conftest import TOOLS

TESTS = TOOLS.parent / "tests"
sys.path[:0] = [str(TESTS / "lib"), str(TESTS / "proof")]

import c_places  # noqa: E402

PROGRAM = TESTS / "proof/prove"


@pytest.fixture(scope="module", name="prove")
def load_prove():
    loader = importlib.machinery.SourceFileLoader("prove", str(PROGRAM))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("prove", loader))
    keeps, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    loader.exec_module(module)
    sys.dont_write_bytecode = keeps
    return module


@pytest.fixture(name="proofs")
def read_proofs(prove):
    return [prove.read_proof(path) for path in sorted((TESTS / "proof").glob("prove_*.c"))]


def test_every_fault_has_its_place_and_its_proof(prove, proofs):
    tasks = prove.make_tasks(proofs, "", True)
    assert sum(task.fault is not None for task in tasks) == len(prove.FAULTS)


def test_every_proof_is_broken_once(prove, proofs):
    assert not prove.never_broken(proofs)


def test_a_proof_that_is_never_broken_is_told(prove, proofs):
    named = {Path(proof.path).stem: proof for proof in proofs}
    more = named["prove_sort"]._replace(functions=["prove_order", "prove_nothing"])
    assert prove.never_broken([named["prove_pe"], more]) == ["prove_sort: prove_nothing"]


def test_every_proof_says_what_it_needs(proofs):
    for proof in proofs:
        assert proof.functions, proof.path
        assert "--unwind" in proof.fields["cbmc"], proof.path
        for source in proof.sources():
            assert (TOOLS.parent / source).is_file(), (proof.path, source)


def test_slow_functions_are_proven_and_broken_in_full_only(prove, proofs):
    tasks = prove.make_tasks(proofs, "", False)
    for proof in proofs:
        slow = set(proof.fields.get("slow", "").split())
        assert slow <= set(proof.functions), proof.path
        assert set(proof.proven(True)) - set(proof.proven(False)) == slow, proof.path
        assert not slow & {task.function for task in tasks if task.proof == proof}, proof.path
    assert prove.Proof("", ["a", "b"], {"slow": "b"}).proven(False) == ["a"]


def test_full_bounds_are_those_of_the_comment(prove):
    proof = prove.Proof("", [], prove.read_fields(" * cbmc: -DN=1 --unwind 2\n * full: -DN=9 --unwind 12\n"))
    assert proof.options(False) == ["-DN=1", "--unwind", "2"] and proof.options(True) == ["-DN=9", "--unwind", "12"]
    assert prove.Proof("", [], {"cbmc": "--unwind 3"}).options(True) == ["--unwind", "3"]


def task(prove, says=None):
    fault = prove.FAULTS[0]._replace(says=says) if says else None
    return prove.Task(prove.Proof("tests/proof/prove_x.c", ["prove_x"], {}), "prove_x", fault)


WRONG = "[prove_x.assertion.1] line 9 it is inside: FAILURE\n[f.bounds.1] line 2 array bounds: FAILURE\nVERIFICATION FAILED\n"


@pytest.mark.parametrize("status, said, good", [
    (0, "VERIFICATION SUCCESSFUL\n", True), (10, WRONG, False), (0, "", False), (6, "out of memory\n", False),
    (None, "not finished after 600 seconds", False),
])
def test_a_proof_is_good_only_when_cbmc_says_so(prove, status, said, good):
    assert prove.judge(task(prove), status, said, 1).good is good


@pytest.mark.parametrize("status, said, says, good", [
    (10, WRONG, "inside", True), (10, WRONG, "array bounds", True), (10, WRONG, "another", False),
    (0, "VERIFICATION SUCCESSFUL\n", "inside", False), (6, WRONG, "inside", False), (None, WRONG, "inside", False),
])
def test_a_fault_is_found_only_by_the_property_it_breaks(prove, status, said, says, good):
    assert prove.judge(task(prove, says), status, said, 1).good is good


def test_a_fault_without_its_place_ends_the_run(prove, proofs, monkeypatch):
    monkeypatch.setattr(prove, "FAULTS", [prove.FAULTS[0]._replace(where="no_such_function")])
    with pytest.raises(c_places.Unchanged, match="0 functions are called no_such_function"):
        prove.make_tasks(proofs, "", False)


@pytest.mark.parametrize("other", [{"function": "prove_nothing"}, {"proof": "prove_nothing"}])
def test_a_fault_of_a_proof_that_is_not_there_ends_the_run(prove, proofs, monkeypatch, other):
    monkeypatch.setattr(prove, "FAULTS", [prove.FAULTS[0]._replace(**other)])
    with pytest.raises(SystemExit, match="has no "):
        prove.make_tasks(proofs, "", False)
