//! Invented names in several scripts. The letters before the comma are how a name is written, those
//! after it how it is spelt in an address.

use super::{Kind, Member, Organisation};
use crate::hash;

type Name = (&'static str, &'static str);

const LATIN: (&[Name], &[Name]) = (
    &[
        ("Alina", "alina"),
        ("Björn", "bjorn"),
        ("Chloé", "chloe"),
        ("Dagný", "dagny"),
        ("Emeka", "emeka"),
        ("Fátima", "fatima"),
        ("Grzegorz", "grzegorz"),
        ("Hülya", "hulya"),
        ("Iñigo", "inigo"),
        ("Jörg", "jorg"),
        ("Katarína", "katarina"),
        ("Łucja", "lucja"),
        ("Maria", "maria"),
        ("Niamh", "niamh"),
        ("Ömer", "omer"),
        ("Pál", "pal"),
        ("Rhys", "rhys"),
        ("Søren", "soren"),
        ("Thị", "thi"),
        ("Żaneta", "zaneta"),
    ],
    &[
        ("Ångström", "angstrom"),
        ("Brânză", "branza"),
        ("Çelik", "celik"),
        ("Dvořák", "dvorak"),
        ("Fernández-Ortiz", "fernandezortiz"),
        ("Großmann", "grossmann"),
        ("Håkonsen", "hakonsen"),
        ("Kowalczyk", "kowalczyk"),
        ("Lefèvre", "lefevre"),
        ("Müller", "muller"),
        ("Nguyễn", "nguyen"),
        ("O'Neill", "oneill"),
        ("Pokorný", "pokorny"),
        ("Quiñones", "quinones"),
        ("Šimůnek", "simunek"),
        ("Tőzsér", "tozser"),
        ("van der Meer", "vandermeer"),
        ("Whitfield", "whitfield"),
        ("Yıldız", "yildiz"),
        ("Zelinka", "zelinka"),
    ],
);
const CYRILLIC: (&[Name], &[Name]) = (
    &[
        ("Ольга", "olga"),
        ("Тарас", "taras"),
        ("Мила", "mila"),
        ("Богдан", "bogdan"),
        ("Яна", "yana"),
    ],
    &[
        ("Ковальська", "kovalska"),
        ("Жуков", "zhukov"),
        ("Петровић", "petrovic"),
        ("Щербина", "shcherbyna"),
    ],
);
const CJK: (&[Name], &[Name]) = (
    &[
        ("美咲", "misaki"),
        ("健太", "kenta"),
        ("伟", "wei"),
        ("秀英", "xiuying"),
        ("서연", "seoyeon"),
    ],
    &[
        ("佐藤", "sato"),
        ("渡辺", "watanabe"),
        ("王", "wang"),
        ("欧阳", "ouyang"),
        ("김", "kim"),
    ],
);
const ARABIC: (&[Name], &[Name]) = (
    &[
        ("ليلى", "layla"),
        ("يوسف", "yusuf"),
        ("نور", "nour"),
        ("سمير", "samir"),
    ],
    &[
        ("الحداد", "alhaddad"),
        ("منصور", "mansour"),
        ("خليل", "khalil"),
    ],
);
const TOPICS: [&str; 16] = [
    "All Hands",
    "Budget",
    "Café & Kantine",
    "Design",
    "Engineering",
    "Facilities",
    "Genève",
    "Hiring, Europe",
    "Innovation",
    "Лаборатория",
    "Marketing",
    "Øresund",
    "Procurement",
    "\"Quick\" Wins",
    "営業部",
    "فريق الدعم",
];

impl Organisation {
    /// Given and family name, each as written and as spelt.
    fn name(&self, member: &Member) -> (Name, Name) {
        if member.place == 0 {
            return (("Adele", "adele"), ("Vance", "vance"));
        }
        let script = match hash::pair(member.id, 10) % 20 {
            0..=12 => LATIN,
            13..=15 => CYRILLIC,
            16..=18 => CJK,
            _ => ARABIC,
        };
        (
            hash::pick(hash::pair(member.id, 11), script.0),
            hash::pick(hash::pair(member.id, 12), script.1),
        )
    }

    /// What a person is called, now and then with a comma or quotes.
    pub(crate) fn display_name(&self, member: &Member) -> String {
        let ((given, _), (family, _)) = self.name(member);
        match hash::pair(member.id, 13) % 16 {
            0 if member.place > 0 => format!("{family}, {given}"),
            1 if member.place > 0 => format!("{given} \"{}\" {family}", given.to_lowercase()),
            _ => format!("{given} {family}"),
        }
    }

    /// A person's principal name; no two are the same.
    pub(crate) fn principal_name(&self, member: &Member) -> String {
        let ((_, given), (_, family)) = self.name(member);
        if member.place == 0 {
            return format!("{given}@{}", self.domain);
        }
        // Who follows in the same place gets another number.
        let number = member.place * 8 + member.turn.rem_euclid(8).unsigned_abs();
        format!("{given}.{family}{number}@{}", self.domain)
    }

    /// What a site, group or team is called.
    pub(crate) fn thing_name(&self, member: &Member) -> String {
        if member.place == 1 {
            return "All Company".into();
        }
        let topic = hash::pick(hash::pair(member.id, 14), &TOPICS);
        format!("{topic} {}", member.place)
    }

    /// The person who owns a thing, on its last day or the last day asked for.
    pub(crate) fn owner(&self, thing: &Member, day: super::Day) -> Member {
        let last = super::Day::numbered(day.number.min(thing.gone.number - 1));
        let place = hash::pair(thing.id, 15) % self.people.max(1);
        self.member(Kind::Person, place, last)
    }

    /// Where a site is found.
    pub(crate) fn site_url(&self, member: &Member) -> String {
        let tenant = self.domain.split('.').next().unwrap_or("tenant");
        match member.kind {
            Kind::Person | Kind::CopilotPerson => {
                let account = self.principal_name(member).replace(['.', '@'], "_");
                format!("https://{tenant}-my.sharepoint.example/personal/{account}")
            }
            _ => format!(
                "https://{tenant}.sharepoint.example/sites/s{}-{}",
                member.place, member.turn
            ),
        }
    }

    /// A site's id. A redirect site shares the id of the site it leads to.
    pub(crate) fn site_id(&self, member: &Member) -> u64 {
        match (member.kind, member.place) {
            (Kind::Site, 4) => hash::pair(hash::pair(self.seed, 16), 3),
            (Kind::Site, place) => hash::pair(hash::pair(self.seed, 16), place),
            _ => hash::pair(member.id, 16),
        }
    }
}
