use super::*;

fn built_in() -> Lexicons {
    Lexicons::load(None).unwrap()
}

#[test]
fn built_in_files_are_those_of_the_manifest_and_in_form() {
    let manifest = source::manifest();
    assert_eq!(manifest.len(), LexiconName::ALL.len(), "the manifest parses and names every dictionary");
    for name in LexiconName::ALL {
        let about = &manifest[name.as_str()];
        let text = Source::BuiltIn(name).unpack();
        assert_eq!(Sha256::of(text.as_bytes()).to_string(), about.sha256, "{name:?}: run scripts/lexicons.py");
        assert!(!about.source.is_empty() && !about.licence.is_empty());
        let rows = Rows::read(name, text.as_bytes(), &[]).unwrap_or_else(|faults| panic!("{name:?}: {faults:?}"));
        assert_eq!(rows.rows.len(), about.entries, "{name:?}");
        assert_eq!(rows.repeated, 0);
        // Row for row what reading and writing makes of it: in form, and in order.
        let ours: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        let written = rows.render(name);
        let theirs: Vec<&str> = written.lines().filter(|line| !line.starts_with('#')).collect();
        for (ours, theirs) in ours.iter().zip(&theirs) {
            assert_eq!(ours, theirs, "{name:?}");
        }
        assert_eq!(ours.len(), theirs.len(), "{name:?}");
    }
}

#[test]
fn codes_have_titles_and_some_are_billable() {
    let all = built_in();
    let table = [
        ("E11.9", Some(("Type 2 diabetes mellitus without complications", true))),
        ("e119", Some(("Type 2 diabetes mellitus without complications", true))),
        ("I10", Some(("Essential (primary) hypertension", true))),
        ("E11", Some(("Type 2 diabetes mellitus", false))),
        ("E11.99", None),
        ("E1I.9", None),
        ("", None),
    ];
    for (code, expected) in table {
        assert_eq!(all.icd10(code).map(|found| (found.title, found.billable)), expected, "{code}");
        assert_eq!(all.is_billable(code), expected.is_some_and(|e| e.1));
    }
    let like = all.icd10_titles_like("hypertension, essential", 3);
    assert_eq!(like[0].code, "I10");
    assert!(like.len() <= 3 && all.icd10_titles_like("zebra hypertension", 3).is_empty());
}

#[test]
fn names_of_people_are_known() {
    let all = built_in();
    for (name, female) in [("Mary", 90..=100), ("JAMES", 0..=10), ("José", 0..=10), ("Guadalupe", 30..=95)] {
        let found = all.given(name).unwrap_or_else(|| panic!("{name}"));
        assert!(female.contains(&found.female.unwrap()), "{name}: {found:?}");
    }
    assert_eq!(all.family("Smith").unwrap().rank, Some(1));
    for name in ["O'Brien", "De La Cruz", "Nguyen", "SMITH-JONES", "Rodríguez"] {
        assert!(all.family(name).is_some(), "{name}");
    }
    for name in ["", "Xqzzt", "Smith-Xqzzt", "-", "123"] {
        assert_eq!((all.family(name), all.given(name)), (None, None), "{name}");
    }
}

#[test]
fn postal_codes_and_places_find_one_another() {
    let all = built_in();
    assert_eq!(all.places_of("90210"), [Place { city: "Beverly Hills", state: "CA" }]);
    assert_eq!(all.places_of("63101-1234"), all.places_of("63101"));
    assert!(all.is_place("ST. LOUIS", "mo") && all.is_place("Saint Louis", "MO"));
    assert!(!all.is_place("St. Louis", "ME") && !all.is_place("", "MO") && !all.is_place("Nowhere at all", "MO"));
    let codes = all.postal_codes_of("springfield", "IL");
    assert!(codes.contains(&"62701") && codes.is_sorted());
    assert!(all.postal_codes_of("Springfield", "XX").is_empty());
    for code in ["", "00000", "9021", "902100", "x"] {
        assert!(all.places_of(code).is_empty(), "{code}");
    }
}

#[test]
fn drugs_are_known_near_or_unknown() {
    let all = built_in();
    for (text, ingredient) in [
        ("Lisinopril", "lisinopril"),
        ("ZESTRIL", "lisinopril"),
        ("Metformin HCl", "metformin"),
        ("metformin ER", "metformin"),
        ("Toprol-XL", "metoprolol"),
        ("vitamin D3", "cholecalciferol"),
        ("HCTZ", "hydrochlorothiazide"),
        ("lisinopril/HCTZ", "lisinopril and hydrochlorothiazide"),
        ("amlodipine/atorvastatin", "amlodipine"),
        ("hydrocodone-acetaminophen", "hydrocodone and acetaminophen"),
        ("insulin glargine", "insulin glargine"),
        ("Eliquis", "apixaban"),
    ] {
        let Drug::Known(found) = all.drug(text) else { panic!("{text}: {:?}", all.drug(text)) };
        assert_eq!(found.ingredient, ingredient, "{text}");
    }
    for (text, name) in
        [("Lisinoprll", "lisinopril"), ("lisinopri1", "lisinopril"), ("Metforminn", "metformin"), ("Atorvastatln", "atorvastatin")]
    {
        let Drug::Near { medicine, only } = all.drug(text) else { panic!("{text}: {:?}", all.drug(text)) };
        assert!(only && medicine.name == name, "{text}: {medicine:?}");
    }
    for text in ["", "er", "tablet", "Take one", "Smith", "aspirin/banana", "/", "-", "once daily", "blood pressure"] {
        assert_eq!(all.drug(text), Drug::Unknown, "{text}");
    }
}

#[test]
fn vaccines_and_substances_are_known() {
    let all = built_in();
    for (name, cvx) in [
        ("MMR", "03"),
        ("Tdap", "115"),
        ("Hep B", "45"),
        ("DTaP-IPV/Hib", "120"),
        ("Influenza", "88"),
        ("Prevnar 13", "133"),
        ("Shingrix", "187"),
    ] {
        assert_eq!(all.vaccine(name).map(|found| found.cvx), Some(cvx), "{name}");
    }
    assert_eq!(all.vaccine("Lisinopril"), None);
    for (name, kind) in
        [("Sulfa drugs", "class"), ("peanuts", "food"), ("Latex", "contact"), ("bee stings", "insect"), ("IV contrast dye", "contrast")]
    {
        assert_eq!(all.substance(name), Some(Substance::Other(kind)), "{name}");
    }
    assert!(matches!(all.substance("Codeine"), Some(Substance::Drug(_))));
    assert!(all.substance("none known").is_none());
}

#[test]
fn a_sites_file_stands_in_for_a_built_in_one() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join(FOLDER);
    std::fs::create_dir(&own).unwrap();
    std::fs::write(own.join("drugs.tsv"), "# source: our pharmacy\nname\tkind\nOurozine\tbrand\nZ\tbrand\n").unwrap();
    let (site, plain) = (Lexicons::load(Some(folder.path())).unwrap(), built_in());
    assert!(site.drug("ourozine").is_known() && !site.drug("Zestril").is_known());
    assert!(site.vaccine("MMR").is_some());
    assert_ne!(site.digest(), plain.digest());
    assert_ne!(site, plain);
    assert_eq!(Lexicons::load(None).unwrap(), plain);
    assert_eq!(site.about(LexiconName::Drugs).source, "our pharmacy");
    assert_eq!(site.about(LexiconName::Drugs).entries, 2);
    assert_eq!(site.replaced_by(LexiconName::Drugs), Some(own.join("drugs.tsv")));
    assert_eq!(site.replaced_by(LexiconName::Given), None);
    std::fs::write(own.join("vaccines.tsv"), "name\tcvx\nMMR\tthree\n").unwrap();
    let error = Lexicons::load(Some(folder.path())).unwrap_err().to_string();
    assert!(error.contains("vaccines.tsv, line 2: cvx: "), "{error}");
}
