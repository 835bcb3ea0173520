"""The trees of RFC 6962, against the vectors of Certificate Transparency's own tests."""

import pytest

from ledger.chain import merkle

# github.com/google/certificate-transparency, merkletree tests: eight inputs and the roots of the first n of them.
INPUTS = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("leaves", range(9))
def test_a_root_is_that_of_the_standard(leaves: int) -> None:
    assert merkle.root(INPUTS[:leaves]).hex() == ROOTS[leaves]


@pytest.mark.parametrize("leaves", [*range(1, 18), 63, 64, 65])
def test_a_path_leads_from_each_item_to_the_root_and_from_no_other_place(leaves: int) -> None:
    data = [number.to_bytes(4) for number in range(leaves)]
    root = merkle.root(data)
    for position, item in enumerate(data):
        siblings = merkle.path(data, position=position)
        led = [merkle.root_from_path(item, position=at, leaves=leaves, siblings=siblings) for at in range(leaves)]
        assert [at for at, found in enumerate(led) if found == root] == [position]


def test_a_path_of_another_length_leads_nowhere() -> None:
    data = [bytes([number]) for number in range(5)]
    siblings = merkle.path(data, position=2)
    assert merkle.root_from_path(data[2], position=2, leaves=5, siblings=siblings[:-1]) is None
    assert merkle.root_from_path(data[2], position=2, leaves=5, siblings=[*siblings, bytes(32)]) is None
    assert merkle.root_from_path(data[2], position=5, leaves=5, siblings=siblings) is None


def test_there_is_no_path_to_an_item_outside() -> None:
    with pytest.raises(IndexError):
        merkle.path([b"a"], position=1)
