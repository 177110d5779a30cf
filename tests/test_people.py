"""Who is the same human, and on which side: joined on addresses, with care on names, never on a first name."""

from __future__ import annotations

from typing import Any

import pytest

from indexer.gather import gather_people
from indexer.humans import Human
from indexer.manifest import Manifest
from indexer.models import (
    Kind,
    MomentLocator,
    Participant,
    RawArtifact,
    RawSegment,
    Reading,
)
from indexer.names import bare_name, likeness, read_label
from indexer.people import People
from indexer.sides import infer_call_sides, set_sides


def P(name: str, email: str | None = None, **more: Any) -> Participant:
    return Participant(name=name, email=email, **more)


def artifact(
    path: str,
    *people: Participant,
    said: tuple[str, ...] = (),
    kind: Kind = "call",
    system: str = "zoom",
) -> tuple[str, Reading]:
    segments = tuple(
        RawSegment(text=f"words of {label}", locator=MomentLocator(seconds=None), speaker=label)
        for label in said
    )
    raw = RawArtifact(
        path=path, kind=kind, system=system, title=path, participants=people, segments=segments
    )
    return path, Reading(artifacts=(raw,))


def directory(path: str, *people: Participant, system: str = "salesforce") -> tuple[str, Reading]:
    raw = RawArtifact(path=path + "!/1", kind="crm", system=system, title=path, segments=())
    return path, Reading(artifacts=(raw,), people=people)


def deal(
    *readings: tuple[str, Reading],
    manifest: Manifest | None = None,
    account: str = "Acme Foods",
    **facts: str,
) -> People:
    people = gather_people(readings)
    artifacts = [a for _, r in readings for a in r.artifacts]
    set_sides(
        people,
        manifest or Manifest(),
        (),
        facts,
        account,
        [a for a in artifacts if a.kind == "contract"],
    )
    infer_call_sides(artifacts, people)
    return people


def who(people: People, name: str) -> Human:
    (found,) = [h for h in people.humans if h.name == name]
    return found


US = directory(
    "crm/User.json",
    P("Paul Okoro", "paul@ledgerline.example", side="vendor", system_id="005000000000001"),
    P("Mia Lang", "mia@ledgerline.example", side="vendor", system_id="005000000000002"),
)
THEM = directory(
    "crm/Contact.json",
    P("Anna Berg", "anna.berg@acmefoods.example", side="customer", system_id="003000000000001"),
    P("Tom Hill", "tom@acmefoods.example", side="customer", system_id="003000000000002"),
)


@pytest.mark.parametrize(
    ("label", "name", "company"),
    [
        ("Roe, Jo (Acme)", "Jo Roe", "Acme"),
        ("Jo Roe | Acme", "Jo Roe", "Acme"),
        ("Jo Roe - Acme", "Jo Roe", "Acme"),
        ("Jo Roe, Acme Corp", "Jo Roe", "Acme Corp"),
        ("van der Berg, Anna", "Anna van der Berg", ""),
        ("Dr. Jo Roe, PhD", "Jo Roe", ""),
        ("Jo Roe (she/her)", "Jo Roe", ""),
        ("Jo Roe (Guest)", "Jo Roe", ""),
        ("'Jo Roe' <jo@x.example>", "Jo Roe", ""),
        ("Robert (Bob) Smith", "Robert Smith", ""),
        ("Jean-Luc O'Neil", "Jean-Luc O'Neil", ""),
        ("Roe, Jo Anne", "Jo Anne Roe", ""),
        ("Jo", "Jo", ""),
    ],
)
def test_labels_taken_apart(label: str, name: str, company: str) -> None:
    assert bare_name(label) == name
    assert read_label(label).company == company


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("Jürgen Müller", "Juergen Mueller", "full"),
        ("Jürgen Müller", "Jurgen Muller", "full"),
        ("Łukasz Żak", "Lukasz Zak", "full"),
        ("Юлия Петрова", "Yuliya Petrova", "full"),
        ("Anna Maria Berg", "Anna Berg", "full"),
        ("J. Roe", "Jo Roe", "short"),
        ("Daniel Roe", "Dan Roe", "short"),
        ("Anna Berg-Hill", "Anna Berg", "short"),
        ("Jo Roe", "Jan Roe", "no"),
        ("Jo Roe", "Jo Row", "no"),
        ("Anna", "Anna Berg", "no"),
        ("Anna", "Anna", "no"),
    ],
)
def test_likeness_of_names(a: str, b: str, expected: str) -> None:
    assert likeness(a, b) == expected
    assert likeness(b, a) == expected


def test_one_person_across_slack_mail_call_and_crm() -> None:
    slack = (
        "slack/users.json",
        Reading(people=(P("anna", "Anna.Berg@AcmeFoods.example", system_id="U0123456"),)),
    )
    people = deal(
        US, THEM, slack,
        artifact("mail/1.eml", P('Anna "Annie" Berg', "anna.berg@acmefoods.example", role="from"), kind="mail"),
        artifact("calls/1.vtt", said=("Berg, Anna (Acme Foods)", "Annie Berg", "A. Berg")),
    )  # fmt: skip
    anna = who(people, "Anna Berg")
    assert anna.side == "customer"
    assert people.find("whatever", "U0123456") is anna
    for label in ("Berg, Anna (Acme Foods)", "Annie Berg", "A. Berg", "ANNA BERG"):
        assert people.find(label, None, "calls/1.vtt") is anna
    assert len([h for h in people.humans if "Berg" in h.name]) == 1


def test_a_first_name_alone_names_nobody() -> None:
    people = deal(
        US,
        THEM,
        artifact("calls/1.vtt", P("Anna Berg", "anna.berg@acmefoods.example"), said=("Anna",)),
    )
    assert people.find("Anna", None, "calls/1.vtt") is None
    assert "first name" in people.doubts["Anna"]


def test_first_name_with_company_needs_the_meetings_participants() -> None:
    invited = artifact(
        "calls/1.json",
        P("Anna Berg", "anna.berg@acmefoods.example"),
        P("Paul Okoro", "paul@ledgerline.example"),
    )
    people = deal(US, THEM, invited, artifact("calls/2.vtt", said=("Anna | Acme Foods",)))
    assert people.find("Anna | Acme Foods", None, "calls/1.json") is who(people, "Anna Berg")
    assert people.find("Anna | Acme Foods", None, "calls/2.vtt") is None


def test_two_annas_on_two_sides_are_two_people() -> None:
    ours = directory(
        "crm/Users2.json",
        P("Anna Berg", "anna@ledgerline.example", side="vendor", system_id="005000000000003"),
    )
    people = deal(
        US, THEM, ours,
        artifact("calls/1.vtt", said=("Anna Berg", "Anna Berg (Acme Foods)", "Anna Berg (Ledgerline)")),
        artifact("calls/2.json", P("Anna Berg", "anna@ledgerline.example"), P("Tom Hill", "tom@acmefoods.example"), said=("Anna Berg",)),
    )  # fmt: skip
    theirs, own = (
        who(people, "Anna Berg (acmefoods.example)"),
        who(people, "Anna Berg (ledgerline.example)"),
    )
    assert (theirs.side, own.side) == ("customer", "vendor")
    assert people.find("Anna Berg", None, "calls/1.vtt") is None
    assert "could be" in people.doubts["Anna Berg"] or "2 people" in people.doubts["Anna Berg"]
    assert people.find("Anna Berg (Acme Foods)", None, "calls/1.vtt") is theirs
    assert people.find("Anna Berg (Ledgerline)", None, "calls/1.vtt") is own
    assert people.find("Anna Berg", None, "calls/2.json") is own


def test_same_surname_with_an_initial_stays_open() -> None:
    more = directory(
        "crm/More.json",
        P("Alan Berg", "alan@acmefoods.example", side="customer", system_id="003000000000009"),
    )
    people = deal(THEM, more, artifact("calls/1.vtt", said=("A. Berg",)))
    assert people.find("A. Berg", None, "calls/1.vtt") is None
    assert "Alan Berg" in people.doubts["A. Berg"]
    assert people.find("Alan Berg", None, "calls/1.vtt") is who(people, "Alan Berg")


def test_a_form_of_address_with_a_surname() -> None:
    people = deal(US, THEM, artifact("calls/1.vtt", said=("Frau Berg", "Dr. Hill", "Mr. Nobody")))
    assert people.find("Frau Berg", None, "calls/1.vtt") is who(people, "Anna Berg")
    assert people.find("Dr. Hill", None, "calls/1.vtt") is who(people, "Tom Hill")
    more = directory(
        "crm/More.json",
        P("Alan Berg", "alan@acmefoods.example", side="customer", system_id="003000000000009"),
    )
    assert (
        deal(THEM, more, artifact("calls/1.vtt", said=("Frau Berg",))).find(
            "Frau Berg", None, "calls/1.vtt"
        )
        is None
    )


def test_a_shared_mailbox_names_nobody() -> None:
    people = deal(
        US, THEM,
        artifact("mail/1.eml", P("Anna Berg", "procurement@acmefoods.example", role="from"), kind="mail"),
        artifact("mail/2.eml", P("Tom Hill", "procurement@acmefoods.example", role="from"), kind="mail"),
        artifact("mail/3.eml", P("Eva Stone", "desk7@acmefoods.example", role="from"), kind="mail"),
        artifact("mail/4.eml", P("Ned Park", "desk7@acmefoods.example", role="from"), kind="mail"),
    )  # fmt: skip
    assert "procurement@acmefoods.example" not in {e for h in people.humans for e in h.emails}
    assert who(people, "Eva Stone") is not who(people, "Ned Park")
    assert people.find("Eva Stone", "desk7@acmefoods.example", "mail/3.eml", "mail") is who(
        people, "Eva Stone"
    )
    assert "several people" in people.doubts["desk7@acmefoods.example"]


def test_someone_who_changes_employer_is_kept_apart() -> None:
    people = deal(
        US, THEM,
        artifact("mail/1.eml", P("Rita Sand", "rita@acmefoods.example"), kind="mail"),
        artifact("mail/2.eml", P("Rita Sand", "rita@ledgerline.example"), kind="mail"),
        artifact("calls/1.vtt", said=("Rita Sand",)),
    )  # fmt: skip
    assert who(people, "Rita Sand (acmefoods.example)").side == "customer"
    assert who(people, "Rita Sand (ledgerline.example)").side == "vendor"
    assert people.find("Rita Sand", None, "calls/1.vtt") is None
    assert "kept apart" in people.doubts["Rita Sand"] or "could be" in people.doubts["Rita Sand"]


def test_a_consultant_with_an_own_domain_is_nobodys_until_told() -> None:
    mail = artifact(
        "mail/1.eml",
        P("Kai Roth", "kai@rothconsult.example"),
        P("Anna Berg", "anna.berg@acmefoods.example"),
        kind="mail",
    )
    kai = who(deal(US, THEM, mail), "Kai Roth")
    assert kai.side == "unknown"
    for told in (
        Manifest(customer_people=("Kai Roth",)),
        Manifest(customer_domains=("rothconsult.example",)),
    ):
        assert who(deal(US, THEM, mail, manifest=told), "Kai Roth").side == "customer"


def test_a_consultant_among_the_contacts_lends_the_domain_to_nobody() -> None:
    more = directory(
        "crm/More.json",
        P("Kai Roth", "kai@rothconsult.example", side="customer", system_id="003000000000009"),
    )
    people = deal(
        US,
        THEM,
        more,
        artifact("mail/1.eml", P("Lea Roth", "lea@rothconsult.example"), kind="mail"),
    )
    assert who(people, "Kai Roth").side == "customer"
    assert who(people, "Lea Roth").side == "unknown"
    assert "rothconsult.example" in people.doubts["Lea Roth"]


def test_our_person_with_a_free_mail_address() -> None:
    people = deal(
        US, THEM,
        artifact("mail/1.eml", P("Paul Okoro", "p.okoro77@gmail.com", role="from"), kind="mail"),
        artifact("mail/2.eml", P("Sam Unknown", "sam.unknown@gmail.com", role="from"), kind="mail"),
        artifact("mail/3.eml", P("Mia Lang", "sunshine99@gmail.com", role="from"), kind="mail"),
    )  # fmt: skip
    assert who(people, "Paul Okoro").emails == {"paul@ledgerline.example", "p.okoro77@gmail.com"}
    assert who(people, "Sam Unknown").side == "unknown"
    assert "free-mail" in people.doubts["Sam Unknown"]
    assert who(people, "Mia Lang (sunshine99@gmail.com)").side == "unknown"
    told = deal(US, THEM, artifact("mail/2.eml", P("Sam Unknown", "sam.unknown@gmail.com"), kind="mail"),
                manifest=Manifest(own_people=("sam.unknown@gmail.com",)))  # fmt: skip
    assert who(told, "Sam Unknown").side == "vendor"


def test_sources_that_contradict_each_other_leave_the_side_open() -> None:
    mixed = directory(
        "crm/More.json",
        P("Uwe Falk", "uwe@ledgerline.example", side="customer", system_id="003000000000009"),
    )
    people = deal(US, THEM, mixed)
    assert who(people, "Uwe Falk").side == "unknown"
    assert people.doubts["Uwe Falk"].startswith("both sides: ")
    assert (
        who(deal(US, THEM, mixed, manifest=Manifest(own_people=("Uwe Falk",))), "Uwe Falk").side
        == "vendor"
    )


def test_sides_by_recorder_order_form_and_label() -> None:
    gong = artifact(
        "calls/1.json", P("Ida Noe", system_id="7782342274025937895", side="vendor"), P("Per Dahl", side="customer"), system="gong",
        said=("Ida Noe", "Per Dahl"),
    )  # fmt: skip
    people = deal(gong)
    assert (who(people, "Ida Noe").side, who(people, "Per Dahl").side) == ("vendor", "customer")
    form = RawArtifact(path="form.pdf", kind="contract", system="pdf", title="Order Form",
                       segments=(RawSegment(text="Supplier: Ledgerline GmbH", locator=MomentLocator(seconds=None)),))  # fmt: skip
    people = deal(
        ("form.pdf", Reading(artifacts=(form,))),
        artifact(
            "mail/1.eml",
            P("Paul Okoro", "paul@ledgerline.example"),
            P("Anna Berg", "anna@acmefoods.example"),
            kind="mail",
        ),
    )
    assert (who(people, "Paul Okoro").side, who(people, "Anna Berg").side) == ("vendor", "customer")
    people = deal(US, artifact("calls/1.vtt", said=("Rex Vale (Acme Foods, Inc.)", "Paul Okoro")))
    assert who(people, "Rex Vale").side == "customer"


def test_related_accounts_people_are_nobodys() -> None:
    people = deal(
        US, THEM, artifact("mail/1.eml", P("Ola Nord", "ola@nordgroup.example"), kind="mail"),
        manifest=Manifest(related_accounts=("Nord Group AS",), customer_domains=("nordgroup.example",)),
    )  # fmt: skip
    assert who(people, "Ola Nord").side == "unknown"
    assert "Nord Group" in people.doubts["Ola Nord"]


def test_numbered_voices_are_not_joined_over_calls() -> None:
    people = deal(
        US,
        artifact("calls/1.vtt", said=("Speaker 1", "Paul Okoro")),
        artifact("calls/2.vtt", said=("Speaker 1",)),
    )
    assert people.find("Speaker 1", None, "calls/1.vtt") is None
    assert not [h for h in people.humans if "Speaker" in h.name]


def test_short_ids_of_two_meetings_are_two_people() -> None:
    one = artifact("calls/1.json", P("Ida Noe", system_id="0"), system="fireflies")
    two = artifact("calls/2.json", P("Per Dahl", system_id="0"), system="fireflies")
    people = deal(one, two)
    assert who(people, "Ida Noe") is not who(people, "Per Dahl")
    assert people.find(None, "0", "calls/2.json", "fireflies") is who(people, "Per Dahl")


def test_an_address_that_spells_a_name_joins_the_label() -> None:
    people = deal(
        US,
        artifact(
            "calls/1.json",
            P("jo.roe@acmefoods.example", "jo.roe@acmefoods.example"),
            said=("Jo Roe",),
        ),
    )
    assert people.find("Jo Roe", None, "calls/1.json") is who(people, "Jo Roe")
    assert who(people, "Jo Roe").side == "customer"
