// The elements of the package's profiles that are bound to a value set.

namespace FhirHub.Server.Profiles;

/// <summary>Writes the uses of a value set.</summary>
internal static class BoundElements
{
    public static void Write(PageDraft page, string valueSet)
    {
        var bound = new List<(Model.ResourceTree Profile, string Id, Label Strength)>();
        foreach (var profile in page.Package.OfType("StructureDefinition"))
        {
            foreach (var element in ElementList.Read(profile))
            {
                var binding = element.Node.Child("binding");
                if (!element.IsProhibited && binding.ChildValue("valueSet")?.Split('|')[0] == valueSet)
                    bound.Add((profile, element.Id, ElementFacts.Strength(binding)));
            }
        }

        if (bound.Count == 0)
            return;
        page.Section("used", PageLabels.UsedBy, () =>
            page.Table(PageLabels.UsedBy, [PageLabels.Profile, PageLabels.Element, PageLabels.StrengthColumn], () =>
            {
                foreach (var (profile, id, strength) in bound)
                {
                    page.Html.Open("tr").Open("th", ("scope", "row"));
                    page.Link(profile);
                    page.Html.Close().Open("td").Open("a", ("href", $"{page.Href(PublishedPackage.AddressOf(profile))}/{StructureDefinitionPage.Everything}#{id}"));
                    page.Html.Element("code", id).Close().Close().Element("td", strength).Close();
                }
            }));
    }
}
