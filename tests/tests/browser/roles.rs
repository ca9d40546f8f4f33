//! Roles and names of elements, as the browser gives them to a screen reader.

use serde_json::json;
use thirtyfour::WebElement;
use thirtyfour::common::command::{Command, FormatRequestData};
use thirtyfour::common::requestdata::RequestData;
use thirtyfour::common::types::ElementId;
use thirtyfour::{SessionId, prelude::WebDriverResult};

use crate::person::Person;

/// Script that finds the visible elements whose texts hold each word of a name, so that the browser need
/// be asked only for the names of a few.
const LIKELY: &str = r#"
    const likely = "a, button, summary, input, select, option, textarea, canvas, svg, img, h1, h2, h3, dialog, progress, table, [role], [tabindex], [aria-label]";
    const [role, name] = arguments;
    const words = name.split(/\s+/);
    const named = (element) => (element.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => document.getElementById(id));
    const texts = (element) => [element, ...(element.labels ?? []), ...named(element)].map((e) => e?.textContent)
        .concat(["aria-label", "title", "alt"].map((name) => element.getAttribute(name)), String(element.value ?? "")).join(" ");
    return [...document.querySelectorAll(likely)].filter((element) => {
        // ARIA has no role for SUMMARY.
        if ((element.tagName === "SUMMARY") !== (role === "disclosure")) return false;
        const text = element.checkVisibility() ? texts(element) : "";
        return text !== "" && words.every((word) => text.includes(word));
    });
"#;

/// A question to the browser about an element: `computedrole` or `computedlabel`.
#[derive(Debug)]
struct Computed(ElementId, &'static str);

impl FormatRequestData for Computed {
    fn format_request(&self, session: &SessionId) -> RequestData {
        // Built like a question that the library knows.
        let mut request = Command::GetElementTagName(self.0.clone()).format_request(session);
        request.uri = format!("session/{session}/element/{}/{}", self.0, self.1).into();
        request
    }
}

impl Person {
    /// Finds the visible elements of a role and name. A name that ends in `…` matches all names with that
    /// beginning; the role “disclosure” is that of SUMMARY.
    pub async fn finds_all(&self, role: &str, name: &str) -> Vec<WebElement> {
        let begin = name.strip_suffix('…');
        let words = begin.unwrap_or(name);
        let found = self.driver().execute(LIKELY, vec![json!(role), json!(words)]).await.expect("the page answers");
        let mut fitting = Vec::new();
        for element in found.elements().expect("elements") {
            // The name first, because few elements get past it. One that has gone meanwhile has neither.
            let name = self.name_of(&element).await.unwrap_or_default();
            let named = if begin.is_some() { name.starts_with(words) } else { name == words };
            if named && (role == "disclosure" || self.role_of(&element).await.is_ok_and(|found| found == role)) {
                fitting.push(element);
            }
        }
        fitting
    }

    /// The role and name of the focused element.
    pub async fn has_focus_on(&self) -> (String, String) {
        let focus = self.driver().active_element().await.expect("an element with the focus");
        let summary = focus.tag_name().await.is_ok_and(|tag| tag.eq_ignore_ascii_case("summary"));
        let role = if summary { "disclosure".into() } else { self.role_of(&focus).await.unwrap_or_default() };
        (role, self.name_of(&focus).await.unwrap_or_default())
    }

    /// The role of an element.
    async fn role_of(&self, element: &WebElement) -> WebDriverResult<String> {
        self.driver().cmd(Computed(element.element_id(), "computedrole")).await?.value()
    }

    /// The accessible name of an element, with single spaces.
    async fn name_of(&self, element: &WebElement) -> WebDriverResult<String> {
        let name: String = self.driver().cmd(Computed(element.element_id(), "computedlabel")).await?.value()?;
        Ok(name.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}
