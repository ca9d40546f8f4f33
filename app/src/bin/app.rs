//! The page's program: it mounts the page.

fn main() {
    quanta_app::site::mount();
}
