#!/bin/bash
# A fabric verified through a control server: the verdict must be the same as without.   fabric.sh FOLDER RECORD
. "$(dirname "$0")/control.sh"
scenario_on "$1"
redis_on
nodes_on
verify --record "$2" ${options[@]+"${options[@]}"}
