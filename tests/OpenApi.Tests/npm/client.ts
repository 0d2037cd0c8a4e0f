// A client of the server, of the types that are generated from its OpenAPI document: what does not fit the document does not compile.

import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./generated/fhirhub.js";

type Patient = components["schemas"]["Patient"];

const [baseUrl, token] = process.argv.slice(2);
if (!baseUrl || !token) {
  throw new Error("Give the address of the server and a token.");
}

const fhir = createClient<paths, "application/fhir+json">({
  baseUrl,
  headers: { Accept: "application/fhir+json", "Content-Type": "application/fhir+json", Authorization: `Bearer ${token}` },
  querySerializer: { object: { style: "form", explode: true } },
});

const family = `Zhang-${crypto.randomUUID()}`;
const created = await fhir.POST("/fhir/Patient", {
  params: { header: { Prefer: "return=representation" } },
  body: { resourceType: "Patient", name: [{ family, given: ["Wei"] }], gender: "female", birthDate: "1990-05-04", _birthDate: { extension: [{ url: "https://example.org/time", valueDateTime: "1990-05-04T08:00:00+08:00" }] } },
});
assert.equal(created.response.status, 201);
assert.ok(created.data?.id);
const id = created.data.id;

const read = await fhir.GET("/fhir/Patient/{id}", { params: { path: { id } } });
const patient: Patient | undefined = read.data;
assert.equal(patient?.name?.[0]?.family, family);
assert.equal(patient?.name?.[0]?.given?.[0], "Wei");
assert.equal(patient?._birthDate?.extension?.[0]?.valueDateTime, "1990-05-04T08:00:00+08:00");

const found = await fhir.GET("/fhir/Patient", { params: { query: { birthdate: "1990-05-04", further: { "family:exact": family }, _total: "accurate" } } });
assert.equal(found.data?.total, 1);
const match = found.data?.entry?.[0]?.resource;
assert.ok(match?.resourceType === "Patient");
assert.equal(match.birthDate, "1990-05-04");

const updated = await fhir.PUT("/fhir/Patient/{id}", {
  params: { path: { id }, header: { "If-Match": read.response.headers.get("ETag") ?? "" } },
  body: { ...match, active: true },
});
assert.equal(updated.response.status, 200);
assert.equal(updated.data?.active, true);

const late = await fhir.PUT("/fhir/Patient/{id}", { params: { path: { id }, header: { "If-Match": 'W/"1"' } }, body: match });
assert.equal(late.response.status, 412);
assert.equal(late.error?.issue[0]?.code, "conflict");

const missing = await fhir.GET("/fhir/Patient/{id}", { params: { path: { id: "nobody" } } });
assert.equal(missing.response.status, 404);
const outcome: components["schemas"]["OperationOutcome"] | undefined = missing.error;
assert.equal(outcome?.resourceType, "OperationOutcome");
assert.equal(outcome?.issue[0]?.severity, "error");

const record = await fhir.GET("/fhir/Patient/{id}/$everything", { params: { path: { id } } });
assert.equal(record.data?.resourceType, "Bundle");

const gone = await fhir.DELETE("/fhir/Patient/{id}", { params: { path: { id } } });
assert.equal(gone.response.status, 204);
console.log("ok");
