// A made-up edition of some twenty concepts, in the shape that the importer of RF2 gives to SNOMED CT.

namespace FhirHub.Terminology.Tests.Ecl;

internal static class SmallEdition
{
    private static readonly CodingValue s_preferred = new("http://terminology.hl7.org/CodeSystem/hl7TermMaintInfra", null, "preferredForLanguage", "Preferred For Language");
    private static readonly CodingValue s_synonym = new("http://snomed.info/sct", null, "900000000000013009", "Synonym");
    private static readonly CodingValue s_fullySpecified = new("http://snomed.info/sct", null, "900000000000003001", "Fully specified name");
    private static readonly CodingValue s_definition = new("http://snomed.info/sct", null, "900000000000550004", "Definition");

    public static ConceptTable Make()
    {
        var builder = ConceptTableBuilder.InMemory(new CodeSystemHeader { Url = "http://snomed.info/sct", CaseSensitive = true });
        void Add(string code, string name, params string[] parents)
        {
            var concept = builder.Add(code, name);
            builder.AddDesignation(concept, $"{name} (thing)", "en", s_fullySpecified);
            builder.AddDesignation(concept, name, "en", s_preferred);
            foreach (var parent in parents)
                builder.AddParent(concept, parent);
            builder.AddProperty(concept, "inactive", parents.Length == 0 && code != "138875005" ? "true" : "false", PropertyType.Boolean);
            builder.AddProperty(concept, "sufficientlyDefined", code == "1000004" ? "true" : "false", PropertyType.Boolean);
            builder.AddProperty(concept, "moduleId", code == "1000005" ? "9000900" : "900000000000207008", PropertyType.Code);
            builder.AddProperty(concept, "effectiveTime", code == "1000005" ? "20210131" : "20020131");
        }

        void Attribute(string code, string attribute, string value, int group = 0, PropertyType type = PropertyType.Code)
        {
            builder.Define(new PropertyDefinition(attribute, type, $"http://snomed.info/id/{attribute}"));
            builder.AddProperty(builder.Find(code), attribute, value, type, group);
        }

        Add("138875005", "Root");
        Add("1000001", "Finding", "138875005");
        Add("1000002", "Pain", "1000001");
        Add("1000003", "Finding of thorax", "1000001");
        Add("1000004", "Chest pain", "1000002", "1000003");
        Add("1000005", "Headache", "1000002");
        Add("1000006", "Cough", "1000001", "1000003");
        Add("1000009", "Head ache");
        foreach (var attribute in (string[])["2000000", "2000001", "2000002", "2000003", "2000004", "2000005", "2000006"])
            Add(attribute, $"Attribute {attribute}", attribute == "2000000" ? "138875005" : "2000000");
        Add("3000000", "Structure", "138875005");
        foreach (var structure in (string[])["3000001", "3000002", "3000003", "3000004", "3000005"])
            Add(structure, $"Structure {structure}", structure is "3000002" or "3000003" ? "3000001" : "3000000");
        foreach (var set in (string[])["9000100", "9000101", "9000102"])
            Add(set, $"Set {set}", set == "9000100" ? "138875005" : "9000100");

        Attribute("1000004", "2000001", "3000002", 1);
        Attribute("1000004", "2000002", "3000004", 1);
        Attribute("1000005", "2000001", "3000003");
        Attribute("1000006", "2000001", "3000003", 1);
        Attribute("1000006", "2000002", "3000005", 1);
        Attribute("1000006", "2000002", "3000004", 2);
        Attribute("1000006", "2000001", "3000003", 3);
        Attribute("3000003", "2000003", "3000005");
        Attribute("1000002", "2000004", "5.00", 0, PropertyType.Decimal);
        Attribute("1000003", "2000004", "100", 0, PropertyType.Decimal);
        Attribute("1000005", "2000005", "PANADOL", 0, PropertyType.String);
        Attribute("1000006", "2000006", "true", 0, PropertyType.Boolean);

        builder.AddDesignation(builder.Find("1000004"), "胸痛", "zh", s_preferred);
        builder.AddDesignation(builder.Find("1000005"), "Cephalgia", "en-US", s_synonym);
        builder.AddDesignation(builder.Find("1000005"), "Pain in head (thing)", "en", s_fullySpecified);
        builder.AddDesignation(builder.Find("1000006"), "Air that leaves the lungs at once", "en", s_definition);

        builder.AddToSet("9000101", builder.Find("1000004"));
        builder.AddToSet("9000101", builder.Find("1000006"));
        builder.AddToSet("900000000000527005", builder.Find("1000009"));
        builder.Define(new PropertyDefinition("900000000000527005", PropertyType.Code, "http://snomed.info/sct?fhir_vs=refset/900000000000527005"));
        builder.AddProperty(builder.Find("1000009"), "900000000000527005", "1000005");
        builder.Define(new PropertyDefinition("9000102", PropertyType.String, "http://snomed.info/sct?fhir_vs=refset/9000102"));
        foreach (var (code, target) in (ReadOnlySpan<(string, string)>)[("1000005", "R51"), ("1000004", "R07.4")])
        {
            builder.AddToSet("9000102", builder.Find(code));
            builder.AddProperty(builder.Find(code), "9000102", target);
        }

        return builder.Build();
    }
}
