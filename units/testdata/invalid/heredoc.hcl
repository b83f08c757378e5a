app "x" {
  command = ["sh", "-c", <<-SCRIPT
    # ERROR -1: the text that begins with <<-SCRIPT has no end; It ends with a line that holds SCRIPT and nothing else; what follows, a ] or a comma, begins the next line. Line 5 holds more than that.
    echo hello
    SCRIPT]
}
