// The pages by their addresses: each is rendered when it is asked for, and kept while there is room.

using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using FhirHub.Model;
using FhirHub.Server.Exchange;
using FhirHub.Terminology;

namespace FhirHub.Server.Profiles;

/// <summary>What is sent for an address.</summary>
/// <param name="Bytes">The body.</param>
/// <param name="ContentType">Its type.</param>
/// <param name="ETag">Names the body.</param>
internal sealed record RenderedPage(ReadOnlyMemory<byte> Bytes, string ContentType, string ETag)
{
    public static RenderedPage Of(ReadOnlyMemory<byte> bytes, string contentType) =>
        new(bytes, contentType, $"W/\"{Convert.ToHexStringLower(SHA256.HashData(bytes.Span).AsSpan(0, 12))}\"");
}

/// <summary>The pages of a package. Safe to use from several threads.</summary>
/// <param name="package">The package; it does not change.</param>
/// <param name="terminology">Expands value sets.</param>
/// <param name="capacity">Bytes of pages that are kept.</param>
internal sealed class ProfilePages(PublishedPackage package, TerminologyLibrary terminology, long capacity = 32 * 1024 * 1024)
{
    private const string Html = "text/html; charset=utf-8";
    private const string StyleSheet = "style.css";

    private static readonly JsonWriterOptions s_indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly Lock _lock = new();
    private readonly Dictionary<string, RenderedPage> _kept = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();
    private long _weight;

    /// <summary>A page in a language; null if there is none of that address.</summary>
    public async ValueTask<RenderedPage?> FindPageAsync(string address, MessageLanguage language, CancellationToken cancel)
    {
        var key = $"{PageLanguages.Segment(language)}/{address}";
        if (address.Length == 0)
            return Keep(key, () => Write(language, address, Local(PageLabels.Title, language), IndexPage.Write));
        if (package.FindExample(address) is { } example)
            return Keep(key, () => Write(language, address, new LocalText(example.Name, language), page => ExamplePage.Write(page, example)));
        if (package.FindDefinition(address) is { } definition)
        {
            return definition.ResourceType == "ValueSet"
                ? await ValueSetAsync(key, definition, language, cancel)
                : Keep(key, () => Definition(language, definition));
        }

        const string End = $"/{StructureDefinitionPage.Everything}";
        if (address.EndsWith(End, StringComparison.Ordinal) && package.FindDefinition(address[..^End.Length]) is { ResourceType: "StructureDefinition" } profile)
            return Keep(key, () => WriteTitled(language, address, profile, page => StructureDefinitionPage.Write(page, profile, isDifferential: false)));
        return null;
    }

    /// <summary>What says that there is no such page.</summary>
    public RenderedPage NotFound(MessageLanguage language) => Keep($"{PageLanguages.Segment(language)}?", () => Write(language, null, Local(PageLabels.NotFound, language), static page =>
    {
        page.Html.Element("p", PageLabels.NotFoundText);
        page.Html.Open("p").Element("a", PageLabels.ToFirstPage, ("href", page.Href(""))).Close();
    }));

    /// <summary>A file that has no language: a resource, the archive, the style sheet; null if there is none of that name.</summary>
    public RenderedPage? FindFile(string address)
    {
        if (address == StyleSheet)
            return Keep(address, static () => RenderedPage.Of(ReadStyleSheet(), "text/css; charset=utf-8"));
        if (address == IndexPage.Archive)
            return Keep(address, () => RenderedPage.Of(package.Archive, "application/gzip"));
        var dot = address.LastIndexOf('.');
        if (dot < 0)
            return null;
        var name = address[..dot];
        var resource = name.EndsWith(".outcome", StringComparison.Ordinal)
            ? package.FindExample(name[..^".outcome".Length])?.Expected
            : package.FindDefinition(name) ?? package.FindExample(name)?.Resource;
        return resource is null ? null : address[dot..] switch
        {
            ".json" => Keep(address, () => RenderedPage.Of(Indented(resource), "application/json; charset=utf-8")),
            ".xml" => Keep(address, () => RenderedPage.Of(Xml(resource), "application/xml; charset=utf-8")),
            _ => null,
        };
    }

    private RenderedPage Definition(MessageLanguage language, ResourceTree definition) => WriteTitled(language, PublishedPackage.AddressOf(definition), definition, page =>
    {
        switch (definition.ResourceType)
        {
            case "StructureDefinition":
                StructureDefinitionPage.Write(page, definition, isDifferential: true);
                break;
            case "CodeSystem":
                CodeSystemPage.Write(page, definition);
                break;
            case "NamingSystem":
                NamingSystemPage.Write(page, definition);
                break;
            case "ConceptMap":
                ConceptMapPage.Write(page, definition);
                break;
            case "SearchParameter":
                SearchParameterPage.Write(page, definition);
                break;
            case "CapabilityStatement":
                CapabilityStatementPage.Write(page, definition);
                break;
            default:
                OtherPage.Write(page, definition);
                break;
        }
    });

    // What a value set comes to changes with the code systems that are loaded, so the page is that of one state of terminology.
    private async ValueTask<RenderedPage> ValueSetAsync(string key, ResourceTree valueSet, MessageLanguage language, CancellationToken cancel)
    {
        key = $"{key}\n{(await terminology.OpenAsync(null, cancel)).CacheKey}";
        if (TryGet(key, out var known))
            return known;

        // The package's own value sets and code systems are at hand, also where the server does not have them loaded.
        var scope = await terminology.OpenAsync(new ScopeParameters { Resources = [.. package.OfType("CodeSystem"), .. package.OfType("ValueSet")] }, cancel);
        var canonical = valueSet.Root.ChildValue("version") is { } version ? $"{valueSet.Root.ChildValue("url")}|{version}" : valueSet.Root.ChildValue("url") ?? "";
        var codes = await ValueSetCodes.ExpandAsync(canonical, scope, language, cancel);
        return Keep(key, () => WriteTitled(language, PublishedPackage.AddressOf(valueSet), valueSet, page => ValueSetPage.Write(page, valueSet, codes)));
    }

    private RenderedPage WriteTitled(MessageLanguage language, string address, ResourceTree definition, Action<PageDraft> content)
    {
        var page = new PageDraft(package, language);
        return RenderedPage.Of(PageFrame.Write(page, address, page.TitleOf(definition), () => content(page)), Html);
    }

    private RenderedPage Write(MessageLanguage language, string? address, LocalText title, Action<PageDraft> content)
    {
        var page = new PageDraft(package, language);
        return RenderedPage.Of(PageFrame.Write(page, address, title, () => content(page)), Html);
    }

    private static LocalText Local(Label label, MessageLanguage language) => new(label.In(language), language);

    private bool TryGet(string key, out RenderedPage page)
    {
        lock (_lock)
            return _kept.TryGetValue(key, out page!);
    }

    private RenderedPage Keep(string key, Func<RenderedPage> render)
    {
        if (TryGet(key, out var known))
            return known;
        var page = render();
        lock (_lock)
        {
            if (_kept.TryAdd(key, page))
            {
                _order.Enqueue(key);
                _weight += page.Bytes.Length;
            }

            while (_weight > capacity && _order.TryDequeue(out var oldest))
            {
                _weight -= _kept[oldest].Bytes.Length;
                _kept.Remove(oldest);
            }
        }

        return page;
    }

    // From the source and not the tree: a bad example is shown with what no tree can hold.
    private static byte[] Indented(ResourceTree resource)
    {
        using var document = JsonDocument.Parse(resource.Json, new JsonDocumentOptions { MaxDepth = 200 });
        using var output = new MemoryStream();
        using (var writer = new Utf8JsonWriter(output, s_indented))
            document.WriteTo(writer);
        output.WriteByte((byte)'\n');
        return output.ToArray();
    }

    private static byte[] Xml(ResourceTree resource)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>(resource.Json.Length * 2);
        ResourceWriter.WriteXml(resource.Root, output, new XmlWriteOptions { Pretty = true });
        return output.WrittenSpan.ToArray();
    }

    private static byte[] ReadStyleSheet()
    {
        using var stream = typeof(ProfilePages).Assembly.GetManifestResourceStream("profiles.css")
            ?? throw new InvalidDataException("This program was built without the style sheet of its pages.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return Encoding.UTF8.GetBytes(reader.ReadToEnd());
    }

    /// <summary>The pages of this program's own package.</summary>
    public static ProfilePages OfExchange(TerminologyLibrary terminology) => new(
        new PublishedPackage(ExchangePackage.Current.Manifest, ExchangePackage.Current.Definitions, ExchangePackage.Current.Examples, ExchangePackage.Current.Archive), terminology);
}
