//! A page's sliders, each with its number beside it. The address bar follows them, and they follow it.

use leptos::prelude::*;
use quanta_core::device::DeviceChoice;
use quanta_core::number;

use crate::address::Address;
use crate::dial::{self, Dial};
use crate::link::{Link, Page};

/// The values of a page's sliders.
#[derive(Clone, Copy)]
pub struct Board {
    page: Page,
    dials: &'static [Dial],
    words: &'static [&'static str],
    values: RwSignal<Vec<f64>>,
    address: Address,
    /// The slider that was moved last, and when, in milliseconds.
    last: StoredValue<(&'static str, f64)>,
}

/// Moves of one slider within so many milliseconds make one step of Back.
const ONE_MOVE: f64 = 1_500.0;

impl Board {
    /// Makes a page's sliders and sets them as the address says. `words` are the page's other keys.
    pub fn new(page: Page, dials: &'static [Dial], words: &'static [&'static str]) -> Self {
        let address = expect_context::<Address>();
        let values = RwSignal::new(dials.iter().map(|dial| dial.start).collect());
        let board = Self { page, dials, words, values, address, last: StoredValue::new(("", 0.0)) };
        Effect::new(move |_| {
            address.arrivals.track();
            board.show();
        });
        board.show();
        board
    }

    /// Sets the sliders as the address says.
    fn show(&self) {
        if self.address.link.with_untracked(|link| link.page != self.page) {
            return;
        }
        let read = |link: &Link| dial::read(self.dials, self.words, &link.own);
        let dial::Reading { values, problems, foreign } = self.address.link.with_untracked(read);
        if !problems.is_empty() {
            self.address.problems.set(problems);
        }
        self.address.foreign.set(foreign);
        if self.values.with_untracked(|old| *old != values) {
            self.values.set(values);
        }
    }

    /// The value of a slider; NaN for a key that is none. Tracked.
    pub fn get(&self, key: &str) -> f64 {
        self.place_of(key).map_or(f64::NAN, |i| self.values.with(|values| values[i]))
    }

    /// Sets the value of a slider.
    pub fn set(&self, key: &str, value: f64) {
        if let Some(i) = self.place_of(key)
            && self.values.with_untracked(|values| values[i] != value)
        {
            self.values.update(|values| values[i] = value);
        }
    }

    /// Sets every slider to its initial value.
    pub fn reset(&self) {
        self.values.set(self.dials.iter().map(|dial| dial.start).collect());
        self.write(&[], false);
    }

    /// Whether any slider differs from its initial value; tracked.
    pub fn is_moved(&self) -> bool {
        self.values.with(|values| !dial::write(self.dials, values).is_empty())
    }

    /// The value of another key of the page; tracked.
    pub fn word(&self, key: &str) -> Option<String> {
        self.address.link.with(|link| link.own.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone()))
    }

    /// Changes other keys of the page, as one step that Back undoes.
    pub fn set_words(&self, changes: &[(&str, Option<&str>)]) {
        self.write(changes, false);
    }

    /// Changes other keys of the page in place: nothing to go back to.
    pub fn amend_words(&self, changes: &[(&str, Option<&str>)]) {
        self.write(changes, true);
    }

    /// Writes the values into the address, as a step that Back undoes. Fast moves of one slider make one
    /// step.
    pub fn commit(&self, key: &'static str) {
        let (before, now) = (self.last.get_value(), js_sys::Date::now());
        self.last.set_value((key, now));
        self.write(&[], before.0 == key && now - before.1 < ONE_MOVE);
    }

    /// The device that the link asks for.
    pub fn device(&self) -> DeviceChoice {
        self.address.link.with_untracked(|link| link.device.unwrap_or_default())
    }

    fn write(&self, changes: &[(&str, Option<&str>)], amend: bool) {
        let old = self.address.link.get_untracked();
        if old.page != self.page {
            return;
        }
        let changed = |key: &str| changes.iter().any(|(name, _)| *name == key);
        let words = old.own.iter().filter(|(key, _)| self.words.contains(&key.as_str()) && !changed(key)).cloned();
        let mut own: Vec<(String, String)> = words.collect();
        own.extend(changes.iter().filter_map(|(key, value)| Some(((*key).to_owned(), (*value)?.to_owned()))));
        own.extend(self.values.with_untracked(|values| dial::write(self.dials, values)));
        let link = Link { own, ..old };
        if amend { self.address.amend(link) } else { self.address.go(link) }
    }

    fn place_of(&self, key: &str) -> Option<usize> {
        self.dials.iter().position(|dial| dial.key == key)
    }
}

/// A slider with its number.
#[component]
pub fn DialRow(
    /// The page's sliders.
    board: Board,
    /// The key of this one.
    key: &'static str,
    /// The most it can be now, where that is less than the dial's own bound.
    #[prop(optional)]
    most: Option<Signal<f64>>,
) -> impl IntoView {
    let Some(dial) = board.dials.iter().find(|dial| dial.key == key) else { return ().into_any() };
    let most = move || most.map_or(dial.max, |most| most.get().clamp(dial.min, dial.max));
    let value = move || board.get(key).min(most());
    let wrong = RwSignal::new(String::new());
    let id = format!("dial-{key}");
    let (number, help, error) = (format!("{id}-number"), format!("{id}-help"), format!("{id}-error"));
    let (described, number_described) = (help.clone(), format!("{help} {error}"));
    let spoken = move || {
        let unit = if dial.unit.is_empty() { String::new() } else { format!(" {}", dial.unit) };
        format!("{}{unit}", value())
    };
    let typed = move |event| match dial.read(&event_target_value(&event)) {
        Ok(value) => {
            wrong.set(String::new());
            board.set(key, value);
            board.commit(key);
        }
        Err(allowed) => wrong.set(format!("{} {allowed}.", dial.label)),
    };
    view! {
        <div class="dial">
            <label for=id.clone()>{dial.label}</label>
            <input
                id=id
                type="range"
                min="0"
                step="1"
                max=move || dial.places(most())
                prop:max=move || dial.places(most()).to_string()
                prop:value=move || dial.place(value(), most()).to_string()
                aria-valuetext=spoken
                aria-describedby=described
                on:input=move |event| {
                    if let Some(place) = number::parse(&event_target_value(&event)) {
                        wrong.set(String::new());
                        board.set(key, dial.at(place, untrack(most)));
                    }
                }
                on:change=move |_| board.commit(key)
            />
            <input
                class="value"
                id=number
                type="text"
                inputmode=if dial.is_whole() { "numeric" } else { "decimal" }
                aria-label=format!("{}, typed", dial.label)
                aria-describedby=number_described
                aria-invalid=move || (!wrong.with(String::is_empty)).then_some("true")
                prop:value=move || value().to_string()
                on:change=typed
            />
            <span class="unit">{dial.unit}</span>
            <p class="help" id=help>{dial.help}</p>
            <p class="error" id=error role="alert">{move || wrong.get()}</p>
        </div>
    }
    .into_any()
}

/// A switch for a value that is 0 when off.
#[component]
pub fn DialSwitch(
    /// The page's sliders.
    board: Board,
    /// The key of this one.
    key: &'static str,
    /// Its label.
    label: &'static str,
    /// The value when on.
    on: f64,
) -> impl IntoView {
    view! {
        <label class="check">
            <input
                type="checkbox"
                prop:checked=move || board.get(key) != 0.0
                on:change=move |event| {
                    board.set(key, if event_target_checked(&event) { on } else { 0.0 });
                    board.commit(key);
                }
            />
            <span>{label}</span>
        </label>
    }
}
