// From configuration keys to options; a bad value stops the start with one line that names its key.

using System.Globalization;
using FhirHub.Model;

namespace FhirHub.Server;

/// <summary>The configuration can't be used; the message is one line that names the key.</summary>
public sealed class ConfigurationException(string message) : Exception(message);

/// <summary>Reads <see cref="FhirHubOptions"/>.</summary>
public static partial class ConfigurationReader
{
    private const int MostProfiles = 20;

    /// <summary>Reads and checks the keys under <c>FhirHub</c>.</summary>
    /// <exception cref="ConfigurationException">A value is not one that the key takes.</exception>
    public static FhirHubOptions Read(IConfiguration configuration)
    {
        var defaults = new FhirHubOptions();
        var limits = defaults.Limits;
        var options = new FhirHubOptions
        {
            DataPath = Text(configuration, "FhirHub:DataPath", defaults.DataPath),
            ExportPath = configuration["FhirHub:Export:Path"] is null ? null : Text(configuration, "FhirHub:Export:Path", ""),
            StorageProvider = Choice(configuration, "FhirHub:Storage:Provider", defaults.StorageProvider),
            Cosmos = Choice(configuration, "FhirHub:Storage:Provider", defaults.StorageProvider) == StorageProvider.Cosmos ? Cosmos(configuration) : null,
            AuthMode = Choice(configuration, "FhirHub:Auth:Mode", defaults.AuthMode),
            Smart = Smart(configuration, Text(configuration, "FhirHub:DataPath", defaults.DataPath)),
            ValidationOnWrite = Choice(configuration, "FhirHub:Validation:OnWrite", defaults.ValidationOnWrite),
            ValidationProfiles = Profiles(configuration, "FhirHub:Validation:Profiles"),
            ValidationRule = Choice(configuration, "FhirHub:Validation:ProfileRule", defaults.ValidationRule),
            Integrity = Choice(configuration, "FhirHub:Integrity", defaults.Integrity),
            ConditionalDelete = Choice(configuration, "FhirHub:ConditionalDelete", defaults.ConditionalDelete),
            ForwardedHeaders = Flag(configuration, "FhirHub:Http:ForwardedHeaders", defaults.ForwardedHeaders),
            CorsOrigins = Text(configuration, "FhirHub:Http:CorsOrigins", defaults.CorsOrigins),
            BaseUrls = [.. Text(configuration, "FhirHub:Http:BaseUrls", string.Join(' ', defaults.BaseUrls))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(u => u.TrimEnd('/'))],
            FullText = Flag(configuration, "FhirHub:Search:FullText", defaults.FullText),
            Pinyin = Flag(configuration, "FhirHub:Search:Pinyin", defaults.Pinyin),
            ExchangePackage = Flag(configuration, "FhirHub:Exchange:Package", defaults.ExchangePackage),
            ExchangeWorkflow = Flag(configuration, "FhirHub:Exchange:Workflow", defaults.ExchangeWorkflow),
            SmartApp = Flag(configuration, "FhirHub:Samples:SmartApp", defaults.SmartApp),
            Swagger = Flag(configuration, "FhirHub:Swagger:Enabled", defaults.Swagger),
            Imaging = Imaging(configuration, Text(configuration, "FhirHub:DataPath", defaults.DataPath)),
            Conformance = Conformance(configuration),
            Limits = new LimitOptions
            {
                BodyBytes = Number(configuration, "FhirHub:Limits:BodyBytes", limits.BodyBytes, 1024, 1024 * 1024 * 1024),
                BundleEntries = Number(configuration, "FhirHub:Limits:BundleEntries", limits.BundleEntries, 1, 1_000_000),
                PageSize = Number(configuration, "FhirHub:Limits:PageSize", limits.PageSize, 1, 10_000),
                MaxPageSize = Number(configuration, "FhirHub:Limits:MaxPageSize", limits.MaxPageSize, 1, 10_000),
                Includes = Number(configuration, "FhirHub:Limits:Includes", limits.Includes, 1, 100_000),
                ConditionalDeletes = Number(configuration, "FhirHub:Limits:ConditionalDeletes", limits.ConditionalDeletes, 1, 100_000),
                GraphQLResources = Number(configuration, "FhirHub:Limits:GraphQLResources", limits.GraphQLResources, 1, 1_000_000),
                GraphQLValues = Number(configuration, "FhirHub:Limits:GraphQLValues", limits.GraphQLValues, 1, 100_000_000),
                GraphQLBytes = Number(configuration, "FhirHub:Limits:GraphQLBytes", limits.GraphQLBytes, 1024, 1024 * 1024 * 1024),
                SearchSeconds = Number(configuration, "FhirHub:Limits:SearchSeconds", limits.SearchSeconds, 1, 3600),
            },
        };
        return options;
    }

    // A type's profiles are one text with blanks between them, or a list.
    private static Dictionary<string, IReadOnlyList<string>> Profiles(IConfiguration configuration, string key)
    {
        var profiles = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var type in configuration.GetSection(key).GetChildren())
        {
            // Keys of a configuration are the same in any case; names of types are not.
            var name = Schema.R4.ResourceTypes.FirstOrDefault(t => t.Name.Equals(type.Key, StringComparison.OrdinalIgnoreCase))?.Name
                ?? throw new ConfigurationException($"{type.Path} names no resource type of R4; write a key such as {key}:Patient.");
            string[] values = type.Value is { } text ? [text] : [.. type.GetChildren().Select(static item => item.Value ?? "")];
            string[] canonicals = [.. values.SelectMany(static value => value.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Distinct(StringComparer.Ordinal)];
            if (canonicals.Length is 0 or > MostProfiles || !canonicals.All(static canonical => Uri.IsWellFormedUriString(canonical.Split('|')[0], UriKind.Absolute)))
                throw new ConfigurationException($"{type.Path} is '{string.Join(' ', values)}'; it must be 1 to {MostProfiles} canonical URLs of profiles, separated by blanks.");
            profiles[name] = canonicals;
        }

        return profiles;
    }

    private static string Text(IConfiguration configuration, string key, string otherwise) =>
        configuration[key] is not { } value ? otherwise
        : !string.IsNullOrWhiteSpace(value) ? value
        : throw new ConfigurationException($"{key} is empty; give it a value or leave it out.");

    private static T Choice<T>(IConfiguration configuration, string key, T otherwise)
        where T : struct, Enum
    {
        if (configuration[key] is not { } value)
            return otherwise;

        // Numbers are refused on purpose: they would pass for names that nobody wrote.
        var names = Enum.GetNames<T>();
        return names.FirstOrDefault(n => n.Equals(value, StringComparison.OrdinalIgnoreCase)) is { } name
            ? Enum.Parse<T>(name)
            : throw new ConfigurationException($"{key} is '{value}'; it must be {string.Join(" or ", names)}.");
    }

    private static bool Flag(IConfiguration configuration, string key, bool otherwise) =>
        configuration[key] is not { } value ? otherwise
        : bool.TryParse(value, out var flag) ? flag
        : throw new ConfigurationException($"{key} is '{value}'; it must be true or false.");

    private static int Number(IConfiguration configuration, string key, int otherwise, int least, int greatest) => (int)Number(configuration, key, (long)otherwise, least, greatest);

    private static long Number(IConfiguration configuration, string key, long otherwise, long least, long greatest) =>
        configuration[key] is not { } value ? otherwise
        : long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= greatest ? number
        : throw new ConfigurationException($"{key} is '{value}'; it must be a number from {least} to {greatest}.");
}
