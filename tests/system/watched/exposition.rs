//! Prometheus' text format, read as strictly as it is specified.
use std::collections::{BTreeMap, BTreeSet};

/// What one scrape said.
#[derive(Debug)]
pub struct Scrape {
    types: BTreeMap<String, String>,
    samples: BTreeMap<Series, f64>,
}

type Series = (String, BTreeMap<String, String>);

impl Scrape {
    /// Panics with the line that does not fit.
    pub fn read(text: &str) -> Self {
        assert!(text.ends_with('\n'), "the last line has no end");
        let mut scrape = Self {
            types: BTreeMap::new(),
            samples: BTreeMap::new(),
        };
        let mut family = String::new();
        for line in text.lines().filter(|line| !line.is_empty()) {
            if let Some(about) = line.strip_prefix("# TYPE ") {
                let (name, kind) = about.split_once(' ').expect(line);
                name.clone_into(&mut family);
                let before = scrape.types.insert(name.to_owned(), kind.to_owned());
                assert_eq!(before, None, "a family in two places: {line}");
            } else if !line.starts_with("# HELP ") {
                assert!(!line.starts_with('#'), "{line}");
                scrape.sample(line, &family);
            }
        }
        scrape.histograms_add_up();
        scrape
    }

    fn sample(&mut self, line: &str, family: &str) {
        let (series, value) = line.rsplit_once(' ').expect(line);
        let (name, labels) = match series.split_once('{') {
            Some((name, labels)) => (name, labels.strip_suffix('}').expect(line)),
            None => (series, ""),
        };
        let suffixes: &[&str] = match self.types[family].as_str() {
            "histogram" => &["_bucket", "_sum", "_count"],
            _ => &[""],
        };
        let belongs = suffixes.iter().any(|end| name == format!("{family}{end}"));
        assert!(belongs, "{line} is not of {family}");
        let series = (name.to_owned(), pairs(labels));
        let value = value.parse().expect(line);
        let before = self.samples.insert(series, value);
        assert_eq!(before, None, "twice: {line}");
    }

    fn histograms_add_up(&self) {
        for ((name, labels), count) in &self.samples {
            let Some(family) = name.strip_suffix("_count") else {
                continue;
            };
            let mut last = labels.clone();
            last.insert("le".to_owned(), "+Inf".to_owned());
            let all = self.samples.get(&(format!("{family}_bucket"), last));
            assert_eq!(all, Some(count), "{family} {labels:?}");
        }
    }

    /// The sample with just these labels.
    pub fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        let series = (name.to_owned(), labels.iter().map(owned).collect());
        self.samples.get(&series).copied()
    }

    pub fn names(&self) -> BTreeSet<&str> {
        self.samples.keys().map(|(name, _)| name.as_str()).collect()
    }

    pub fn families(&self) -> impl Iterator<Item = (&str, &str)> {
        self.types.iter().map(|(n, t)| (n.as_str(), t.as_str()))
    }

    pub fn label_values(&self) -> impl Iterator<Item = &str> {
        let labels = self.samples.keys().flat_map(|(_, labels)| labels.values());
        labels.map(String::as_str)
    }
}

/// `a="x",b="y"`; no value of ours holds a quote or a comma.
fn pairs(labels: &str) -> BTreeMap<String, String> {
    let mut pairs = BTreeMap::new();
    for pair in labels.split(',').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').expect(labels);
        let value = value.strip_prefix('"').and_then(|v| v.strip_suffix('"'));
        let before = pairs.insert(key.to_owned(), value.expect(labels).to_owned());
        assert_eq!(before, None, "a label twice: {labels}");
    }
    pairs
}
