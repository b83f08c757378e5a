app "hidden" {
