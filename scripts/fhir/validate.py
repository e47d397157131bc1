"""Holds FHIR files against fhirkit-rs: structure, types and the forms of times, as generated from HL7's specification.

    find FOLDER -name '*.json' -print0 | python scripts/fhir/validate.py [--json]

As validate.mjs beside it: the files are Bundles, resources, or NDJSON of resources; faults are named by place and rule; ends with 1 if there are faults.
"""

import json
import re
import sys
from importlib.metadata import version

import fhirkit


def resources(file):
    with open(file, encoding="utf-8") as opened:
        if file.endswith(".ndjson"):
            yield from (json.loads(line) for line in opened if line.strip())
        else:
            yield json.load(opened)


def main(as_json, files):
    result = {"name": "fhirkit-rs", "version": version("fhirkit-rs"), "bundles": 0, "resources": 0, "faults": []}
    for file in files:
        try:
            for resource in resources(file):
                bundle = resource.get("resourceType") == "Bundle"
                result["bundles"] += bundle
                result["resources"] += len(resource.get("entry", [])) if bundle else 1
                for issue in fhirkit.validate(resource):
                    if issue.severity == "error":
                        # Texts in quotes and numbers may come from the paper.
                        rule = re.sub(r'"[^"]*"|^-?[0-9.]+', "…", issue.message)
                        result["faults"].append({"file": file, "path": issue.path, "rule": rule})
        except ValueError:
            result["faults"].append({"file": file, "path": "?", "rule": "not JSON"})
    if as_json:
        print(json.dumps(result))
    else:
        print("{name} {version}: {bundles} bundles, {resources} resources, {n} faults".format(n=len(result["faults"]), **result))
        for fault in result["faults"]:
            print("  {file}: {path}: {rule}".format(**fault))
    return 1 if result["faults"] else 0


sys.exit(main(sys.argv[1:] == ["--json"], [name for name in sys.stdin.read().split("\0") if name]))
