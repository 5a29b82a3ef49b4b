"""Runs a program under cProfile and writes what ran as signals.python-profile.v1 (docs/runtime-tools.md)."""
import cProfile, datetime, inspect, json, os, runpy, sys

output, program, sys.argv = sys.argv[1], sys.argv[2], sys.argv[2:]
sys.path.insert(0, program.rpartition("/")[0] or ".")
profile = cProfile.Profile()
try:
    profile.runcall(runpy.run_path, program, run_name="__main__")
except SystemExit:
    pass
modules = {getattr(module, "__file__", None): name for name, module in list(sys.modules.items())}
functions = []
for entry in profile.getstats():
    code = entry.code
    if isinstance(code, str):  # written in C
        functions.append({"file": "~", "line": 0, "name": code, "calls": entry.callcount})
    elif code.co_flags & inspect.CO_NEWLOCALS or code.co_name == "<module>":  # class bodies are no functions
        functions.append({"file": os.path.abspath(code.co_filename), "line": code.co_firstlineno, "name": code.co_name,
                          "qualifiedName": getattr(code, "co_qualname", None),
                          "module": modules.get(code.co_filename), "calls": entry.callcount})
now = datetime.datetime.now(datetime.timezone.utc).isoformat()
with open(output, "w") as file:
    json.dump({"format": "signals.python-profile.v1", "observedAt": now, "functions": functions}, file, indent=0)
