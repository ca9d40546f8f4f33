//! What is around every page: the header with the navigation and what is in training, and the footer.

use leptos::ev;
use leptos::mount::mount_to;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::MouseEvent;

use crate::address::Address;
use crate::link::{Link, Page};
use crate::pages;
use crate::trainer;
use crate::view::files::Files;
use crate::view::page_link::is_plain;
use crate::view::theme::{ThemeSwitch, Themes};
use crate::view::training::Training;

/// Puts the site where index.html has room for it.
pub fn mount() {
    console_error_panic_hook::set_once();
    let Some(place) = document().get_element_by_id("app").and_then(|element| element.dyn_into().ok()) else { return };
    mount_to(place, Site).forget();
}

/// The whole site.
#[component]
pub fn Site() -> impl IntoView {
    let address = Address::read();
    let embed = address.link.with_untracked(|link| link.embed);
    let themes = Themes::new(address.link.with_untracked(|link| link.theme));
    provide_context(address);
    provide_context(themes);
    // Under the site's own owner: what is in training does not end with a page.
    trainer::provide(!embed);
    let back = window_event_listener(ev::popstate, move |_| address.on_arrival());
    on_cleanup(move || back.remove());
    let page = Memo::new(move |_| address.link.with(|link| link.page));
    let files = Files::expect();
    let on_drag = move |event| {
        if !embed {
            Files::allow_drop(&event);
        }
    };
    let on_drop = move |event| {
        if !embed {
            files.on_drop(&event);
        }
    };

    view! {
        <Show when=move || !embed>
            <a class="skip" href="#main">"Skip to the page"</a>
            <header class="site">
                <a class="wordmark" href="./" on:click=move |click| follow(address, &click, Link::default())>
                    "Quanta lab"
                </a>
                <p class="motto">"Watch a smooth scaling law come apart into quanta"</p>
                <Show when=|| { Page::ALL.len() > 1 }>
                    <nav aria-label="Pages">
                        {Page::ALL.into_iter().map(|to| {
                            let link = Link { page: to, ..Link::default() };
                            let href = format!("?{}", link.to_query());
                            view! {
                                <a
                                    href=href
                                    aria-current=move || (page.get() == to).then_some("page")
                                    on:click=move |click| follow(address, &click, link.clone())
                                >
                                    {to.title()}
                                </a>
                            }
                        }).collect_view()}
                    </nav>
                </Show>
                <Training />
                <ThemeSwitch />
            </header>
        </Show>
        <main id="main" tabindex="-1" class:embed=embed on:dragover=on_drag on:drop=on_drop>
            {move || pages::show(page.get())}
        </main>
        <Show when=move || !embed>
            <footer class="site">
                <p>
                    "A laboratory for "
                    <cite>"The Quantization Model of Neural Scaling"</cite>
                    " (Michaud, Liu, Girit & Tegmark, NeurIPS 2023; "
                    <a href="https://arxiv.org/abs/2303.13506" rel="noopener">"arXiv 2303.13506"</a>
                    "). Everything is computed in this browser; nothing is sent anywhere."
                </p>
            </footer>
        </Show>
    }
}

/// Follows a link of the site.
fn follow(address: Address, click: &MouseEvent, link: Link) {
    if is_plain(click) {
        click.prevent_default();
        address.visit(link);
    }
}
