// Where an extension is used: in the profiles, and in an example as it is sent.

using FhirHub.Model;

namespace FhirHub.Server.Profiles;

/// <summary>Writes the uses of an extension.</summary>
internal static class ExtensionUse
{
    public static void Write(PageDraft page, ResourceTree extension)
    {
        var url = extension.Root.ChildValue("url") ?? "";
        var users = page.Package.OfType("StructureDefinition").Where(profile => profile != extension && Names(profile, url)).ToList();
        if (users.Count > 0)
        {
            page.Section("used", PageLabels.UsedBy, () =>
            {
                page.Html.Open("ul");
                foreach (var profile in users)
                {
                    page.Html.Open("li");
                    page.Link(profile);
                    page.Html.Close();
                }

                page.Html.Close();
            });
        }

        foreach (var example in page.Package.Examples.Where(static example => example.Expected is null))
        {
            if (Find(example.Resource, url) is not { Exists: true } instance)
                continue;
            page.Section("instance", PageLabels.Instance, () =>
            {
                JsonView.Write(page, ResourceWriter.ToJson(instance), PageLabels.Instance);
                page.Html.Open("p").Text(PageLabels.From).Text(" ");
                ExampleList.Link(page, example);
                page.Html.Close();
            });
            return;
        }
    }

    private static bool Names(ResourceTree profile, string url)
    {
        foreach (var element in profile.Root.Child("differential").ChildrenOf("element"))
        {
            foreach (var type in element.ChildrenOf("type"))
            {
                foreach (var named in type.ChildrenOf("profile"))
                {
                    if (named.GetString()?.Split('|')[0] == url)
                        return true;
                }
            }
        }

        return false;
    }

    private static ElementNode Find(ResourceTree resource, string url)
    {
        for (var i = 0; i < resource.Count; i++)
        {
            var node = resource[i];
            if (node.Type.Name == "Extension" && node.ChildValue("url") == url)
                return node;
        }

        return default;
    }
}
