/// The completion scripts of the shells. Each one asks the program, so that all offer the same completions.
enum CompletionScript {
  /// The first word of a script's question; the words typed so far follow.
  static let question = "---complete"

  /// The script for a shell; nil if there is none.
  static func text(for shell: String) -> String? {
    switch shell {
    case "bash": bash
    case "zsh": zsh
    case "fish": fish
    default: nil
    }
  }

  private static let bash = #"""
    _pfor_tui() {
        local line
        COMPREPLY=()
        while IFS= read -r line; do
            case $line in
                $'\tfiles')
                    compopt -o filenames 2>/dev/null
                    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$2") ;;
                $'\tcommands')
                    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -c -- "$2") ;;
                *) COMPREPLY+=("${line%%$'\t'*}") ;;
            esac
        done < <("$1" \#(question) "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
    }
    complete -F _pfor_tui pfor-tui
    """#

  private static let zsh = #"""
    #compdef pfor-tui
    _pfor_tui() {
        local line
        local -a words_found
        for line in "${(@f)$("${words[1]}" \#(question) "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
            case $line in
                '') ;;
                $'\tfiles') _files ;;
                $'\tcommands') _command_names -e ;;
                *) words_found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}") ;;
            esac
        done
        (( $#words_found )) && _describe -V 'pfor-tui' words_found
    }
    if [[ ${zsh_eval_context[-1]} == loadautofunc ]]; then
        _pfor_tui "$@"
    else
        compdef _pfor_tui pfor-tui
    fi
    """#

  private static let fish = #"""
    function __pfor_tui_complete
        set -l words (commandline -opc) (commandline -ct)
        for line in (command $words[1] \#(question) $words[2..] 2>/dev/null)
            switch $line
                case \t'files'
                    __fish_complete_path (commandline -ct)
                case \t'commands'
                    __fish_complete_command
                case '*'
                    echo $line
            end
        end
    end
    complete -c pfor-tui -f -a '(__pfor_tui_complete)'
    """#
}
