// The keys of the image service: FhirHub:Dicomweb and FhirHub:Blobs.

using FhirHub.Dicomweb;
using FhirHub.Search;
using FhirHub.Server.Imaging;

namespace FhirHub.Server;

public static partial class ConfigurationReader
{
    private static ImagingOptions Imaging(IConfiguration configuration, string dataPath)
    {
        const string Key = "FhirHub:Dicomweb";
        var defaults = new DicomwebOptions { Path = Path.Combine(dataPath, "images") };
        var options = new ImagingOptions
        {
            Enabled = Flag(configuration, $"{Key}:Enabled", true),
            Address = Address(configuration, $"{Key}:Address") ?? BesideBase(configuration["FhirHub:Http:BaseUrls"]),
            PatientSystem = System(configuration, $"{Key}:PatientSystem"),
            PatientIssuers = PatientIssuers(configuration, $"{Key}:PatientIssuers"),
            TimeZone = Zone(configuration, $"{Key}:TimeZone"),
            Service = new DicomwebOptions
            {
                Path = Text(configuration, "FhirHub:Blobs:Hot", defaults.Path),
                Duplicates = Choice(configuration, $"{Key}:Duplicates", defaults.Duplicates),
                IndexedAttributes = Attributes(configuration, $"{Key}:IndexedAttributes"),
                DeletedDays = Number(configuration, $"{Key}:DeletedDays", defaults.DeletedDays, 0, 36_500),
                InstanceBytes = Number(configuration, $"{Key}:InstanceBytes", defaults.InstanceBytes, 1024, 1L << 40),
                RequestInstances = Number(configuration, $"{Key}:RequestInstances", defaults.RequestInstances, 1, 1_000_000),
                PageSize = Number(configuration, $"{Key}:PageSize", defaults.PageSize, 1, 1_000_000),
                MaxPageSize = Number(configuration, $"{Key}:MaxPageSize", defaults.MaxPageSize, 1, 1_000_000),
                SearchSeconds = Number(configuration, $"{Key}:SearchSeconds", defaults.SearchSeconds, 1, 3600),
                RenderedSide = Number(configuration, $"{Key}:RenderedSide", defaults.RenderedSide, 16, 32_768),
                Pinyin = Flag(configuration, "FhirHub:Search:Pinyin", true) ? NamePinyin.Of : null,
            },
        };
        return options.Service.PageSize <= options.Service.MaxPageSize
            ? options
            : throw new ConfigurationException($"{Key}:PageSize is {options.Service.PageSize}, which is more than {Key}:MaxPageSize, {options.Service.MaxPageSize}; lower the one or raise the other.");
    }

    private static string? Address(IConfiguration configuration, string key) =>
        configuration[key] is not { } value ? null
        : Uri.TryCreate(value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? value.TrimEnd('/')
        : throw new ConfigurationException($"{key} is '{value}'; it must be an http or https address, such as https://images.example/dicomweb.");

    private static string? BesideBase(string? baseUrls) =>
        baseUrls?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var first, ..] && first.TrimEnd('/') is var fhir && fhir.EndsWith(FhirEndpoint.Base, StringComparison.Ordinal)
            ? fhir[..^FhirEndpoint.Base.Length] + DicomwebService.Root
            : null;

    private static string? System(IConfiguration configuration, string key) =>
        configuration[key] is not { } value ? null
        : Uri.IsWellFormedUriString(value, UriKind.Absolute) ? value
        : throw new ConfigurationException($"{key} is '{value}'; it must be the URI of an identifier system.");

    private static TimeZoneInfo Zone(IConfiguration configuration, string key) =>
        configuration[key] is not { } value ? TimeZoneInfo.Local
        : TimeZoneInfo.TryFindSystemTimeZoneById(value, out var zone) ? zone
        : throw new ConfigurationException($"{key} is '{value}'; it must be a time zone that this machine knows, such as Asia/Shanghai.");

    // An issuer may have colons in it, which part the keys of a configuration; all that is below the section is its name.
    private static Dictionary<string, string> PatientIssuers(IConfiguration configuration, string key)
    {
        var issuers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (issuer, value) in configuration.GetSection(key).AsEnumerable(makePathsRelative: true))
        {
            if (value is not null)
                issuers[issuer] = System(configuration, $"{key}:{issuer}")!;
        }

        return issuers;
    }

    // One text with blanks between the words, or a list.
    private static string[] Attributes(IConfiguration configuration, string key)
    {
        var attributes = Words(configuration, key);
        try
        {
            _ = new AttributeCatalog(attributes);
        }
        catch (ArgumentException failure)
        {
            throw new ConfigurationException($"{key} names what can't be indexed: {failure.Message} Keywords, tags, or paths of them with dots between are known.");
        }

        return attributes;
    }

    // A list may have blanks in its entries, as creators of private attributes do.
    private static string[] Words(IConfiguration configuration, string key)
    {
        var section = configuration.GetSection(key);
        string[] values = section.Value is { } text ? text.Split(' ') : [.. section.GetChildren().Select(static item => item.Value ?? "")];
        return [.. values.Where(static value => value.Length > 0).Distinct(StringComparer.Ordinal)];
    }
}
