#!/usr/bin/env bash
# Runs the rustc that cargo asks for. Of the crate named in TIMED, the CPU time (user, sys) is added to the file TIMES.
case " $* " in
    *" --crate-name ${TIMED:-none} "*) ;;
    *) exec "$@" ;;
esac
TIMEFORMAT='%U %S'
exec 3>&2
{ time "$@" 2>&3; } 2>>"$TIMES"
