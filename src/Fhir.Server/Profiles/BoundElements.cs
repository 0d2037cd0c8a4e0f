// Where a value set is used: in other value sets, and by the elements of profiles that are bound to it.

using FhirHub.Model;

namespace FhirHub.Server.Profiles;

/// <summary>Writes the uses of a value set.</summary>
internal static class BoundElements
{
    public static void Write(PageDraft page, string valueSet)
    {
        var bound = new List<(ResourceTree Profile, string Id, Label Strength)>();
        foreach (var profile in page.Package.OfType("StructureDefinition"))
        {
            foreach (var element in ElementList.Read(profile))
            {
                var binding = element.Node.Child("binding");
                if (!element.IsProhibited && binding.ChildValue("valueSet")?.Split('|')[0] == valueSet)
                    bound.Add((profile, element.Id, ElementFacts.Strength(binding)));
            }
        }

        var including = page.Package.OfType("ValueSet").Where(set => Includes(set, valueSet)).ToList();
        if (including.Count > 0)
        {
            page.Section("included", PageLabels.IncludedBy, () =>
            {
                page.Html.Open("ul");
                foreach (var set in including)
                {
                    page.Html.Open("li");
                    page.Link(set);
                    page.Html.Close();
                }

                page.Html.Close();
            });
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

    private static bool Includes(ResourceTree set, string valueSet)
    {
        foreach (var include in set.Root.Child("compose").ChildrenOf("include"))
        {
            foreach (var included in include.ChildrenOf("valueSet"))
            {
                if (included.GetString()?.Split('|')[0] == valueSet)
                    return true;
            }
        }

        return false;
    }
}
