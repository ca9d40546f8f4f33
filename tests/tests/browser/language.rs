//! The page that reads clusters of gradients.

use std::fs;
use std::path::{Path, PathBuf};

use quanta_core::analysis::qdg::{ARTIFACT, Clusters, Contexts, Method, Similarity, describe, scores};
use quanta_core::record::Record;
use serde_json::{Value, json};

use crate::access::audit;
use crate::driver::Kind;
use crate::person::{Person, SHORT_WAIT, a_person, a_person_at};
use crate::planted;

/// A folder with the file `clusters.safetensors`.
fn a_file(record: &Record) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("clusters.safetensors");
    fs::write(&path, record.to_bytes().expect("a record")).expect("a file");
    (folder, path)
}

/// The place of the clustering by quantum.
fn by_quantum(clusters: &Clusters) -> usize {
    clusters.find(Some(Similarity::Absolute.word()), Some(Method::Spectral.word()), Some(50)).expect("a clustering")
}

impl Person {
    /// Opens the page, and a file of clusters in place of the published ones.
    async fn opens_clusters(&self, path: &Path) {
        self.opens("?page=language").await;
        self.reads_soon("Published: “").await;
        self.picks_file(path).await;
    }

    /// Chooses in a list, by its label and the value of an option.
    async fn chooses(&self, list: &str, value: &str) {
        // By its label, because WebKit gives lists another role.
        let choose =
            "const list = [...document.querySelectorAll('select')].find((list) => list.labels[0]?.textContent === arguments[0]);
            if (!list) return null;
            list.value = arguments[1];
            list.dispatchEvent(new Event('change', { bubbles: true }));
            return list.value;";
        self.waits(SHORT_WAIT, &format!("the list '{list}' with '{value}'"), async || {
            (self.runs_script(choose, [json!(list), json!(value)]).await == json!(value)).then_some(())
        })
        .await;
    }

    /// Waits until the address says so.
    async fn is_at(&self, query: &str) {
        self.waits(SHORT_WAIT, query, async || (self.query().await == query).then_some(())).await;
    }

    /// Waits until that cluster is open.
    async fn reads_cluster(&self, rank: usize) {
        let is_open = async || self.text_of("cluster-title").await.starts_with(&format!("Cluster {rank} ·")).then_some(());
        self.waits(SHORT_WAIT, &format!("cluster {rank}"), is_open).await;
    }

    /// The contexts of the open cluster, each with its target.
    async fn reads_contexts(&self) -> Vec<String> {
        let look = "return [...document.querySelectorAll('.samples .context')].map((line) => line.textContent)";
        let lines = self.runs_script(look, []).await;
        lines.as_array().expect("contexts").iter().map(|line| line.as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The ranks in the list, in its order.
    async fn reads_ranks(&self) -> Value {
        self.runs_script("return [...document.querySelectorAll('.list tbody button')].map((button) => +button.textContent)", [])
            .await
    }
}

in_every_browser!(clusters_are_opened_chosen_searched_shared_and_saved);

fn clusters_are_opened_chosen_searched_shared_and_saved(kind: Kind) {
    let record = planted::record();
    let clusters = planted::clusters(&record.config);
    let chosen = by_quantum(&clusters);
    let (_folder, path) = a_file(&record);
    a_person_at(kind, async |person| {
        person.opens("?page=language").await;
        let text = person.reads_soon("Published: “").await;
        assert!(text.contains("QDG"), "{text}");
        // The live half stands above the menu, which moves until it is there.
        person.reads_soon("Step 1,200: of ").await;
        person.opens_menu("In a terminal").await;
        assert!(person.value_of("Clusters of a run, in a terminal").await.starts_with("quanta qdg "));
        person.picks_file(&path).await;
        let text = person.reads_soon("Opened: “clusters.safetensors”. 600 samples of 50 quanta").await;
        assert!(text.contains("3 samples were left out") && text.contains("step 1,200"), "{text}");
        person.reads_cluster(1).await;
        person.finds("heading", "Scores").await;
        let all = describe(&clusters, 0);
        assert_eq!(person.reads_ranks().await, json!((1..=all.len()).collect::<Vec<_>>()));

        person.chooses("Similarity", "absolute").await;
        person.is_at("?page=language&similarity=absolute&method=spectral&k=7").await;
        person.chooses("Clusters, k", "50").await;
        person.is_at("?page=language&similarity=absolute&method=spectral&k=50").await;
        person.presses("Cluster 3").await;
        person.reads_cluster(3).await;
        let described = &describe(&clusters, chosen)[2];
        let contexts = Contexts::new(&record.config, &clusters.samples);
        let shown = person.reads_contexts().await;
        assert_eq!(shown.len(), described.size);
        for (line, sample) in shown.iter().zip(&described.members) {
            assert!(line.ends_with(&format!(" predicts {}", contexts.token(clusters.samples.target[*sample]))), "{line}");
        }

        // The pressed button has the focus, so that the keys are for the clusters.
        person.presses_keys("\u{e014}").await;
        person.reads_cluster(4).await;
        person.presses_keys("j").await;
        person.reads_cluster(5).await;
        person.presses_keys("k").await;
        person.presses_keys("\u{e012}").await;
        person.reads_cluster(3).await;
        person.is_at("?page=language&similarity=absolute&method=spectral&k=50&cluster=3").await;
        person.presses_keys("/").await;
        assert_eq!(person.has_focus_on().await, ("textbox".to_owned(), "Search the contexts".to_owned()));
        // In the field letters are letters.
        person.presses_keys("jk").await;
        person.reads_soon("0 samples in 0 clusters.").await;
        person.types("textbox", "Search the contexts", "COPY").await;
        person.is_at("?page=language&similarity=absolute&method=spectral&k=50&search=COPY").await;
        let text = person.text_of("search-result").await;
        let fits = |sample: &usize| contexts.before(*sample).iter().any(|token| token == "copy");
        let count = (0..clusters.samples.len()).filter(fits).count();
        assert!(text.starts_with(&format!("{count} samples in ")), "{text}, not {count}");
        person.presses("Whole contexts").await;
        assert!(person.reads_contexts().await.iter().all(|line| line.contains(" copy ")));

        let link = person.value_of("A link to this page as it is").await;
        assert!(link.ends_with("?page=language&similarity=absolute&method=spectral&k=50&search=COPY"), "{link}");
        let command = person.value_of("This cluster, in a terminal").await;
        assert!(
            command.starts_with("quanta clusters CLUSTERS.safetensors --similarity absolute --method spectral --k 50 --show ")
        );

        person.presses("Save as CSV").await;
        let table = fs::read_to_string(person.receives(".csv").await).expect("the saved table");
        assert_eq!((table.lines().count(), table.lines().next()), (601, Some("sample,cluster,quantum,target,loss_nats,context")));
        person.presses("Save as JSON").await;
        let lines = fs::read_to_string(person.receives(".jsonl").await).expect("the saved clusters");
        let objects: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("an object")).collect();
        assert_eq!((objects.len(), objects[2]["samples"].as_array().map(Vec::len)), (50, Some(described.size)));
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn clusters_are_ordered_filtered_and_shown_some_at_a_time() {
    let record = planted::record();
    let clusters = planted::clusters(&record.config);
    let (_folder, path) = a_file(&record);
    a_person(async |person| {
        person.opens_clusters(&path).await;
        person.reads_soon("Opened: “clusters.safetensors”").await;
        person.chooses("Similarity", "absolute").await;
        person.chooses("Clusters, k", "50").await;
        person.chooses("Order", "surprise").await;
        let mut described = describe(&clusters, by_quantum(&clusters));
        described.sort_by(|a, b| b.surprise.total_cmp(&a.surprise));
        person.reads_cluster(described[0].rank).await;
        let most: Vec<usize> = described.iter().map(|one| one.rank).collect();
        assert_eq!(person.reads_ranks().await, json!(most));
        let contexts = Contexts::new(&record.config, &clusters.samples);
        person.chooses("Order", "coherence").await;
        described.sort_by(|a, b| b.quantum_share.total_cmp(&a.quantum_share).then(a.rank.cmp(&b.rank)));
        person.reads_cluster(described[0].rank).await;
        let worded = described.iter().find(|one| one.target_share > 0.9).expect("a cluster of one token");
        person.reads_soon(&format!("{:.0} % one token", (100.0 * worded.target_share).floor())).await;

        // Only samples with that target are left, of the list and of the cluster.
        let token = contexts.token(worded.target);
        let of_token = |sample: &usize| contexts.token(clusters.samples.target[*sample]) == token;
        let count = (0..clusters.samples.len()).filter(of_token).count();
        person.chooses("Target", &token).await;
        person.reads_soon(&format!("{count} samples in ")).await;
        assert!(person.reads_contexts().await.iter().all(|line| line.ends_with(&format!(" predicts {token}"))));
        person.chooses("Target", "").await;

        person.chooses("Clusters, k", "7").await;
        person.chooses("Order", "size").await;
        person.reads_cluster(1).await;
        assert_eq!(person.reads_contexts().await.len(), 50);
        let size = describe(&clusters, clusters.find(Some("absolute"), None, Some(7)).expect("a clustering"))[0].size;
        assert!((51..=100).contains(&size), "the test needs a cluster that is shown in two parts");
        person.presses(&format!("Show {} more", size - 50)).await;
        person.waits(SHORT_WAIT, "all samples", async || (person.reads_contexts().await.len() == size).then_some(())).await;
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn published_clusters_are_drawn_and_ordered_by_stability() {
    a_person(async |person| {
        person.opens("?page=language").await;
        person.reads_soon("Published: “").await;
        // The live half stands above the figures, which move until it is there.
        person.reads_soon("Step 1,200: of ").await;
        // The figures read aloud what a step along them shows, and open the cluster that is pressed.
        for (figure, words) in [("matrix", "cluster 1 "), ("map", "quantum ")] {
            let chart = format!("chart-{figure}");
            let focus =
                "const chart = document.getElementById(arguments[0]); chart?.focus(); return document.activeElement === chart";
            let has_focus = async || (person.runs_script(focus, [json!(chart)]).await == json!(true)).then_some(());
            person.waits(SHORT_WAIT, &chart, has_focus).await;
            person.presses_keys("\u{e014}").await;
            let read = "return document.getElementById(arguments[0]).getAttribute('aria-valuetext')";
            let is_read = async || {
                let text = person.runs_script(read, [json!(chart)]).await;
                text.as_str().filter(|text| text.contains(words)).map(str::to_owned)
            };
            person.waits(SHORT_WAIT, &format!("a reading of {figure}"), is_read).await;
        }
        // What a figure reads takes lines of its own, and lets go of them with the focus.
        person.runs_script("document.activeElement.blur()", []).await;
        person.opens_menu("About this figure: Map of samples").await;
        person.chooses("Colour of the map", "family").await;
        let by_family = "return document.getElementById('pictures').textContent.includes('coloured by the planted family')";
        let is_by_family = async || (person.runs_script(by_family, []).await == json!(true)).then_some(());
        person.waits(SHORT_WAIT, "the map by family", is_by_family).await;
        // Those that come again from parts of the samples are first, and have a badge.
        person.chooses("Order", "stability").await;
        let cells = "return [...document.querySelectorAll('.list tbody td.stability')].map((cell) => [+cell.textContent.match(/[0-9.]+/)[0], !!cell.querySelector('.badge')])";
        let is_ordered = async || {
            let cells = person.runs_script(cells, []).await;
            let cells: Vec<(f64, bool)> = serde_json::from_value(cells).ok()?;
            (cells.len() > 10 && cells.is_sorted_by(|a, b| a.0 >= b.0)).then_some(cells)
        };
        let cells = person.waits(SHORT_WAIT, "the most stable first", is_ordered).await;
        assert!(cells[0].1 && cells[0].0 >= 0.75, "{cells:?}");
        assert!(person.query().await.ends_with("order=stability"));
        // The open cluster has its loss over models of other sizes.
        person.reads_soon("The same by models of other sizes, by their number of parameters.").await;
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn clusterings_stand_beside_baselines() {
    let record = planted::record();
    let clusters = planted::clusters(&record.config);
    let (_folder, path) = a_file(&record);
    a_person(async |person| {
        person.opens_clusters(&path).await;
        let best = &scores(&clusters).expect("scores")[by_quantum(&clusters)];
        let text = person.reads_soon("Of 4 clusterings here the best by ARI is “absolute, spectral, k = 50”, with ").await;
        assert!(text.contains(&format!("with {:.2}; the best baseline “", best.agreement.ari)), "{text}");
        assert!(text.contains("scores of one run and one draw of 600 samples"), "{text}");
        let cells = "return [...document.querySelectorAll('[aria-label=\"Scores, a table\"] tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent))";
        let rows = person.runs_script(cells, []).await;
        let rows = rows.as_array().expect("rows");
        // Four clusterings, a heading, three baselines.
        assert_eq!(rows.len(), 4 + 1 + 3, "{rows:?}");
        let [ari, f1] = [best.agreement.ari, best.f1].map(|score| format!("{score:.3}"));
        assert_eq!((&rows[3][0], &rows[3][2], &rows[3][6]), (&json!("absolute, spectral"), &json!(ari), &json!(f1)));
        assert!(rows.iter().any(|row| row[0] == "uniform random labels"), "{rows:?}");
        person.presses("Show absolute, spectral, k = 50").await;
        person.is_at("?page=language&similarity=absolute&method=spectral&k=50").await;
        // What is chosen is a step that Back undoes; the keys turn pages in place.
        person.presses("Next cluster").await;
        person.presses("Next cluster").await;
        person.reads_cluster(3).await;
        person.driver().back().await.expect("the clustering before");
        person.is_at("?page=language").await;
        person.reads_cluster(1).await;
        person.opens_menu("F1 by family").await;
        person.reads_soon("phrase").await;
        let pairs = "return document.querySelector('[aria-label=\"Pairs of samples, a table\"] tbody').rows[1].textContent";
        assert_eq!(person.runs_script(pairs, []).await, json!("absolute0.5500.3800.3100.1200.934"));
    });
}

/// Puts a folder of published results, with clusters in it, in the place of the site's own.
fn publish(person: &Person, record: &Record) {
    let results = person.browser().site().join("results");
    fs::remove_file(&results).expect("the link to the site's own");
    fs::create_dir(&results).expect("a folder for results");
    let index = json!({ "results": [
        { "file": "other.safetensors", "title": "A sweep", "resource": "data" },
        { "file": "planted.safetensors", "title": "Planted clusters", "clusters": true },
    ] });
    fs::write(results.join("index.json"), index.to_string()).expect("the list");
    fs::write(results.join("planted.safetensors"), record.to_bytes().expect("a record")).expect("the file");
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn a_link_opens_the_same_view_of_published_clusters() {
    let record = planted::record();
    a_person(async |person| {
        publish(person, &record);
        person.opens("?page=language").await;
        person.reads_soon("Published: “Planted clusters”. 600 samples").await;
        person.opens("?page=language&published=planted.safetensors&similarity=absolute&method=spectral&k=50&cluster=7&order=coherence&search=word&fbclid=1").await;
        person.reads_cluster(7).await;
        let text = person.reads_soon("The link was used without what is none of the lab’s settings: fbclid.").await;
        assert!(!text.contains("This link cannot be used"), "{text}");
        assert_eq!(person.value_of("Search the contexts").await, "word");
        person.finds("button", "Show absolute, spectral, k = 50").await;

        person.opens("?page=language&similarity=absolute&method=leiden&order=pie&cluster=99&target=nothing").await;
        let text = person.reads_soon("This link cannot be used as it is").await;
        for words in [
            "no clustering here is of absolute, leiden",
            "order is “pie”",
            "a rank from 1 to 7",
            "no sample’s target is “nothing”",
        ] {
            assert!(text.contains(words), "{words} is not in {text}");
        }
        // An opened file stands beside the published ones.
        let (_folder, path) = a_file(&record);
        person.picks_file(&path).await;
        person.reads_soon("Opened: “clusters.safetensors”").await;
        person.is_at("?page=language").await;
        person.chooses("File", "planted.safetensors").await;
        person.reads_soon("Published: “Planted clusters”.").await;
        person.is_at("?page=language&published=planted.safetensors").await;
        person.opens("?page=language&published=none.safetensors").await;
        person.reads_soon("No clusters named “none.safetensors” are published here.").await;
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn a_file_of_clusters_opens_here_from_any_page_or_says_why_not() {
    let record = planted::record();
    let (folder, path) = a_file(&record);
    let broken = folder.path().join("broken.safetensors");
    let mut without = record.clone();
    without.artifacts.get_mut(ARTIFACT).expect("clusters").arrays.remove("labels");
    fs::write(&broken, without.to_bytes().expect("a record")).expect("a file");
    let holiday = folder.path().join("holiday.safetensors");
    fs::write(&holiday, b"GIF89a and so on").expect("a file");
    a_person(async |person| {
        person.opens("?page=theory").await;
        person.finds("heading", "From quanta to a power law").await;
        drops(person, &path).await;
        person.reads_soon("Opened: “clusters.safetensors”. 600 samples").await;
        person.is_at("?page=language").await;
        // What is none leaves what is shown as it is.
        person.picks_file(&broken).await;
        person
            .reads_soon("“broken.safetensors” cannot be opened: the clusters that are kept here cannot be read: `labels`")
            .await;
        person.picks_file(&holiday).await;
        let text = person.reads_soon("“holiday.safetensors” cannot be opened: ").await;
        assert!(text.contains("Opened: “clusters.safetensors”"), "{text}");
        // It is still there after a visit elsewhere.
        for (page, heading) in [("Theory", "From quanta to a power law"), ("Language", "Clusters")] {
            let link = person.finds("link", page).await;
            person.runs_script_on(&link, "arguments[0].click()", "").await;
            person.finds("heading", heading).await;
        }
        person.reads_soon("Opened: “clusters.safetensors”. 600 samples").await;
    });
}

/// Drops a file on the page, as from another window.
async fn drops(person: &Person, path: &Path) {
    let script = "const bytes = Uint8Array.from(atob(arguments[0]), (letter) => letter.charCodeAt(0)), data = new DataTransfer();
        data.items.add(new File([bytes], 'clusters.safetensors'));
        document.getElementById('main').firstElementChild.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));";
    let bytes = base64(&fs::read(path).expect("the file"));
    person.runs_script(script, [json!(bytes)]).await;
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let word = three.iter().enumerate().fold(0u32, |word, (i, byte)| word | u32::from(*byte) << (16 - 8 * i));
        for place in 0..4 {
            let letter = char::from(LETTERS[(word >> (18 - 6 * place) & 63) as usize]);
            text.push(if place <= three.len() { letter } else { '=' });
        }
    }
    text
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn axe_finds_nothing_among_clusters() {
    let (_folder, path) = a_file(&planted::record());
    a_person(async |person| {
        for theme in ["light", "dark"] {
            person.opens(&format!("?page=language&similarity=absolute&k=50&theme={theme}")).await;
            person.reads_soon("Published: “").await;
            audit(person, &format!("published clusters, {theme}")).await;
            person.picks_file(&path).await;
            person.reads_cluster(1).await;
            person.opens_menu("F1 by family").await;
            audit(person, &format!("clusters, {theme}")).await;
        }
    });
}

#[test]
#[ignore = "needs the built page: ./lab test browser"]
fn a_phone_reads_the_contexts_without_scrolling_sideways() {
    let record = planted::record();
    a_person_at(Kind { size: (500, 800), ..Kind::default() }, async |person| {
        publish(person, &record);
        person.opens("?page=language").await;
        for width in [390, 320] {
            person.enters_a_frame(width).await;
            person.reads_cluster(1).await;
            person.presses("Whole contexts").await;
            assert_eq!(person.sees_cut_off().await, json!([0, []]), "at {width} pixels the page overflows");
            let wide =
                "return [...document.querySelectorAll('.samples li')].every((line) => line.scrollWidth <= line.clientWidth)";
            assert_eq!(person.runs_script(wide, []).await, json!(true));
            person.driver().enter_default_frame().await.expect("out of the frame");
            person.reloads().await;
        }
    });
}
