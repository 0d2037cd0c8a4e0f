// The code systems of each hospital for its laboratory and pharmacy, and the concept maps that lead from them to LOINC and ATC.

namespace FhirHub.Samples.Region;

/// <summary>Writes local code systems.</summary>
internal sealed class LocalCodes(RegionSettings settings, FhirWriter writer)
{
    /// <summary>The systems and maps of a hospital.</summary>
    public IEnumerable<RegionResource> Of(Institution hospital)
    {
        yield return CodeSystem(
            hospital, "laboratory", "Laboratory", "检验项目代码", Laboratory.SystemOf(hospital),
            [.. Laboratory.Tests.Select(test => (Laboratory.CodeAt(hospital, test), Laboratory.NameAt(hospital, test)))]);
        yield return ConceptMap(
            hospital, "laboratory-loinc", "LaboratoryToLoinc", "检验项目对照LOINC", Laboratory.SystemOf(hospital), Exchange.Loinc, "equivalent",
            Laboratory.Tests.Select(test => new Mapping(Laboratory.CodeAt(hospital, test), Laboratory.NameAt(hospital, test), test.Loinc, test.LoincName)));
        yield return CodeSystem(
            hospital, "drugs", "Drugs", "药品代码", Pharmacy.SystemOf(hospital),
            [.. Pharmacy.Drugs.Select(drug => (Pharmacy.CodeAt(hospital, drug), drug.Name))]);

        // A product is one of several with its substance.
        yield return ConceptMap(
            hospital, "drugs-atc", "DrugsToAtc", "药品对照ATC", Pharmacy.SystemOf(hospital), Exchange.Atc, "wider",
            Pharmacy.Drugs.Select(drug => new Mapping(Pharmacy.CodeAt(hospital, drug), drug.Name, drug.Atc, drug.AtcName)));
    }

    private RegionResource CodeSystem(Institution hospital, string id, string name, string title, string url, (string Code, string Name)[] concepts) =>
        writer.Resource("CodeSystem", $"{hospital.Id}-{id}", null, w =>
        {
            w.String("language", "zh-CN");
            Describe(w, hospital, url, name, title);
            w.Boolean("caseSensitive", true);
            w.String("content", "complete");
            w.Integer("count", concepts.Length);
            w.Array("concept", items =>
            {
                foreach (var (code, display) in concepts)
                {
                    items.Item(c =>
                    {
                        c.String("code", code);
                        c.String("display", display);
                    });
                }
            });
        });

    private RegionResource ConceptMap(
        Institution hospital, string id, string name, string title, string source, string target, string equivalence, IEnumerable<Mapping> mappings) =>
        writer.Resource("ConceptMap", $"{hospital.Id}-{id}", null, w =>
        {
            Describe(w, hospital, $"https://yunling.example/ConceptMap/{hospital.Id}-{id}", name, title);
            w.Single("group", g =>
            {
                g.String("source", source);
                g.String("target", target);
                g.Array("element", elements =>
                {
                    foreach (var mapping in mappings)
                        elements.Item(e => Write(e, mapping, equivalence));
                });
            });
        });

    private static void Write(FhirWriter w, Mapping mapping, string equivalence)
    {
        w.String("code", mapping.Code);
        w.String("display", mapping.Name);
        w.Single("target", t =>
        {
            if (mapping.Target is null)
            {
                t.String("equivalence", "unmatched");
                t.String("comment", "中成药，ATC未收录");
                return;
            }

            t.String("code", mapping.Target);
            if (mapping.TargetName is not null)
                t.String("display", mapping.TargetName);
            t.String("equivalence", equivalence);
        });
    }

    private void Describe(FhirWriter w, Institution hospital, string url, string name, string title)
    {
        w.String("url", url);
        w.String("version", "1");
        w.String("name", $"{char.ToUpperInvariant(hospital.Id[0])}{hospital.Id[1..].Replace("-", "", StringComparison.Ordinal)}{name}");
        w.String("title", $"{hospital.Name}{title}");
        w.String("status", "active");
        w.Boolean("experimental", false);
        w.Date("date", settings.Today.AddYears(-2));
        w.String("publisher", hospital.Name);
    }

    private sealed record Mapping(string Code, string Name, string? Target, string? TargetName);
}
