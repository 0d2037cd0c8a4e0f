// Holds the documents at the addresses given to the JSON Schema of OpenAPI 3.0, and their references to what is there.

import { Validator } from "@seriousme/openapi-schema-validator";

let failed = false;
for (const address of process.argv.slice(2)) {
  const document = await (await fetch(address)).json();
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone(document));
  if (!valid || validator.version !== "3.0") {
    failed = true;
    console.log(address, validator.version, JSON.stringify(errors).slice(0, 4000));
  }

  // The schema does not see whether a reference leads anywhere, nor whether a path has its parameters.
  const find = (reference) => reference.split("/").slice(1).reduce((at, step) => at?.[step.replaceAll("~1", "/").replaceAll("~0", "~")], document);
  const walk = (node) => {
    if (node === null || typeof node !== "object") {
      return;
    }
    if (typeof node.$ref === "string" && find(node.$ref) === undefined) {
      failed = true;
      console.log(address, "leads nowhere:", node.$ref);
    }
    Object.values(node).forEach(walk);
  };
  walk(document.paths);
  walk({ ...document.components, examples: undefined });
  for (const [path, item] of Object.entries(document.paths)) {
    const named = [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]).sort();
    for (const [method, operation] of Object.entries(item)) {
      const given = (operation.parameters ?? []).map((one) => (one.$ref ? find(one.$ref) : one)).filter((one) => one.in === "path").map((one) => one.name).sort();
      if (JSON.stringify(named) !== JSON.stringify(given)) {
        failed = true;
        console.log(address, method, path, "has the parameters", given);
      }
    }
  }
}
process.exit(failed ? 1 : 0);
