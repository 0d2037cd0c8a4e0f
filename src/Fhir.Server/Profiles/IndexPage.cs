// The first page: what the package is, and all that is in it by what a vendor would look for.

using FhirHub.Model;

namespace FhirHub.Server.Profiles;

/// <summary>Writes the first page.</summary>
internal static class IndexPage
{
    /// <summary>The name of the archive below the pages.</summary>
    public const string Archive = "fhirhub.exchange.tgz";

    private static readonly string[] s_people =
        ["Patient", "Organization", "Location", "HealthcareService", "Practitioner", "PractitionerRole", "Schedule", "Slot"];

    // In the order in which they are sent.
    private static readonly string[] s_order =
    [
        .. s_people, "ServiceRequest", "Task", "Appointment", "Encounter", "Communication", "ClinicalImpression", "DiagnosticReport", "Composition",
    ];

    /// <summary>The parts of the page, which each page's navigation leads to.</summary>
    public static readonly IReadOnlyList<(string Id, Label Label)> Parts =
    [
        ("people", PageLabels.People), ("referral", PageLabels.Referral), ("consultation", PageLabels.Consultation), ("records", PageLabels.Records),
        ("states", PageLabels.States), ("extensions", PageLabels.Extensions), ("terminology", PageLabels.Terminology), ("naming-systems", PageLabels.NamingSystems),
        ("actors", PageLabels.Actors), ("search-parameters", PageLabels.SearchParameters), ("examples", PageLabels.Examples),
    ];

    public static void Write(PageDraft page)
    {
        var html = page.Html;
        var manifest = page.Package.Manifest;
        html.Element("p", PageLabels.About, ("class", "lead"));
        page.Facts(() =>
        {
            page.Fact(PageLabels.Package, manifest.Id.Name, isCode: true);
            page.Fact(PageLabels.Version, manifest.Id.Version);
            page.Fact(PageLabels.Canonical, manifest.Canonical, isCode: true);
            page.Fact(PageLabels.FhirVersion, string.Join(", ", manifest.FhirVersions));
            page.Fact(PageLabels.DependsOn, string.Join(", ", manifest.Dependencies));
            page.Fact(PageLabels.Download, () => html.Element("a", Archive, ("href", PageDraft.FileHref(Archive)), ("download", Archive)));
        });
        Profiles(page);
        page.Section("states", PageLabels.States, () => TaskStates.Write(page));
        page.Section("extensions", PageLabels.Extensions, () => Extensions(page));
        page.Section("terminology", PageLabels.Terminology, () =>
        {
            List(page, PageLabels.CodeSystems, "CodeSystem");
            List(page, PageLabels.ValueSets, "ValueSet");
            List(page, PageLabels.ConceptMaps, "ConceptMap");
        });
        page.Section("naming-systems", PageLabels.NamingSystems, () => NamingSystems(page));
        page.Section("actors", PageLabels.Actors, () => List(page, PageLabels.Actors, "CapabilityStatement"));
        page.Section("search-parameters", PageLabels.SearchParameters, () => SearchParameters(page));
        page.Section("examples", PageLabels.Examples, () => Examples(page));
        Others(page);
    }

    private static void Profiles(PageDraft page)
    {
        var profiles = page.Package.OfType("StructureDefinition").Where(static definition => definition.Root.ChildValue("type") != "Extension").ToLookup(GroupOf);
        foreach (var (id, label) in Parts.Take(4))
        {
            page.Section(id, label, () => page.Table(label, [PageLabels.Profile, PageLabels.Description], () =>
            {
                foreach (var profile in id == "records" ? profiles[id] : Ordered(page, profiles[id]))
                {
                    page.Html.Open("tr").Open("th", ("scope", "row"));
                    page.Link(profile);
                    page.Html.Empty("br").Element("span", profile.Root.ChildValue("type"), ("class", "type")).Close();
                    Description(page, profile);
                    page.Html.Close();
                }
            }, "list"));
        }
    }

    // What stands on another profile of the package comes after it.
    private static IEnumerable<ResourceTree> Ordered(PageDraft page, IEnumerable<ResourceTree> profiles) => profiles
        .OrderBy(static profile => Array.IndexOf(s_order, profile.Root.ChildValue("type")))
        .ThenBy(profile => page.Package.FindCanonical(profile.Root.ChildValue("baseDefinition") ?? "") is not null);

    private static string GroupOf(ResourceTree profile) =>
        s_people.Contains(profile.Root.ChildValue("type")) ? "people"
        : profile.Id!.Contains("consultation", StringComparison.Ordinal) ? "consultation"
        : profile.Id.Contains("referral", StringComparison.Ordinal) ? "referral"
        : "records";

    private static void Extensions(PageDraft page) =>
        page.Table(PageLabels.Extensions, [PageLabels.Extension, PageLabels.Description], () =>
        {
            foreach (var extension in page.Package.OfType("StructureDefinition").Where(static definition => definition.Root.ChildValue("type") == "Extension"))
            {
                page.Html.Open("tr").Open("th", ("scope", "row"));
                page.Link(extension);
                page.Html.Empty("br").Element("span", string.Join(", ", extension.Root.ChildrenOf("context").ToList().Select(static context => context.ChildValue("expression"))), ("class", "type")).Close();
                Description(page, extension);
                page.Html.Close();
            }
        }, "list");

    private static void List(PageDraft page, Label label, string resourceType)
    {
        var definitions = page.Package.OfType(resourceType).ToList();
        if (definitions.Count == 0)
            return;
        if (resourceType != "CapabilityStatement")
            page.Html.Element("h3", label);
        page.Table(label, [PageLabels.Name, PageLabels.Description], () =>
        {
            foreach (var definition in definitions)
            {
                page.Html.Open("tr").Open("th", ("scope", "row"));
                page.Link(definition);
                page.Html.Close();
                Description(page, definition);
                page.Html.Close();
            }
        }, "list");
    }

    private static void NamingSystems(PageDraft page) =>
        page.Table(PageLabels.NamingSystems, [PageLabels.Name, new Label("URL", "URL"), new Label("OID", "OID")], () =>
        {
            foreach (var system in page.Package.OfType("NamingSystem"))
            {
                page.Html.Open("tr").Open("th", ("scope", "row"));
                page.Link(system);
                page.Html.Close();
                Unique(page, system, "uri");
                Unique(page, system, "oid");
                page.Html.Close();
            }
        });

    private static void Unique(PageDraft page, ResourceTree system, string type)
    {
        page.Html.Open("td");
        foreach (var unique in system.Root.ChildrenOf("uniqueId"))
        {
            if (unique.ChildValue("type") == type)
                page.Html.Element("code", unique.ChildValue("value")).Text(" ");
        }

        page.Html.Close();
    }

    private static void SearchParameters(PageDraft page) =>
        page.Table(PageLabels.SearchParameters, [PageLabels.Parameter, PageLabels.Description], () =>
        {
            foreach (var parameter in page.Package.OfType("SearchParameter"))
            {
                page.Html.Open("tr").Open("th", ("scope", "row")).Open("code");
                page.Html.Element("a", parameter.Root.ChildValue("code"), ("href", page.Href(PublishedPackage.AddressOf(parameter))));
                page.Html.Close().Empty("br");
                page.Html.Element("span", string.Join(", ", parameter.Root.ChildrenOf("base").ToList().Select(static type => type.GetString())), ("class", "type")).Close();
                Description(page, parameter);
                page.Html.Close();
            }
        }, "list");

    private static void Examples(PageDraft page) =>
        page.Table(PageLabels.Examples, [PageLabels.Profile, PageLabels.Examples, PageLabels.BadExamples], () =>
        {
            foreach (var profile in page.Package.Examples.GroupBy(static example => example.Profile))
            {
                page.Html.Open("tr").Open("th", ("scope", "row"));
                if (page.Package.FindDefinition($"StructureDefinition/{profile.Key}") is { } definition)
                    page.Link(definition);
                else
                    page.Html.Element("code", profile.Key);
                page.Html.Close();
                foreach (var isGood in (ReadOnlySpan<bool>)[true, false])
                {
                    page.Html.Open("td").Open("ul", ("class", "plain"));
                    foreach (var example in profile.Where(example => example.Expected is null == isGood))
                    {
                        page.Html.Open("li");
                        ExampleList.Link(page, example);
                        page.Html.Close();
                    }

                    page.Html.Close().Close();
                }

                page.Html.Close();
            }
        });

    // What the lists above have no place for is not hidden.
    private static void Others(PageDraft page)
    {
        string[] shown = ["StructureDefinition", "CodeSystem", "ValueSet", "ConceptMap", "NamingSystem", "CapabilityStatement", "SearchParameter"];
        var others = page.Package.Definitions.Where(definition => definition.Id is not null && !shown.Contains(definition.ResourceType)).ToList();
        if (others.Count == 0)
            return;
        page.Section("others", PageLabels.Others, () =>
        {
            page.Html.Open("ul");
            foreach (var definition in others)
            {
                page.Html.Open("li");
                page.Link(definition);
                page.Html.Text($" ({definition.ResourceType})").Close();
            }

            page.Html.Close();
        });
    }

    // The first paragraph: the rest is on the page itself.
    private static void Description(PageDraft page, ResourceTree definition)
    {
        page.Html.Open("td");
        if (LocalText.Of(definition.Root, "description", page.Language) is { } text)
            page.Local("span", text with { Value = text.Value.ReplaceLineEndings("\n").Split("\n\n")[0] });
        page.Html.Close();
    }
}
