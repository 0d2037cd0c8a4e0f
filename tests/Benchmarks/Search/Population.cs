// A population of any size from Synthea's bundles: each patient is a bundle with identities, dates and values of its own. The
// same number always gives the same patient, so that queries can ask for what is there without keeping a list of it.

using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace FhirHub.Benchmarks.Search;

/// <summary>A resource of the population as it is sent.</summary>
public sealed record PopulationResource(string Type, string Id, byte[] Json);

/// <summary>What queries know of a patient.</summary>
public sealed record PopulationPatient(string Id, string Family, string Given, string BirthDate, string City);

/// <summary>Makes patients from templates: the bundles of a folder with up to <see cref="LargestTemplate"/> resources.</summary>
public sealed partial class Population
{
    /// <summary>
    /// Greater bundles are left out: with them the largest step would come to 20 million resources and take hours to load.
    /// </summary>
    public const int LargestTemplate = 150;

    private static readonly char[] s_digits = [.. "0123456789"];

    private readonly List<Template> _templates = [];
    private readonly string[] _families;
    private readonly string[] _givens;

    public Population(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (Template.Read(File.ReadAllText(file)) is { } template)
                _templates.Add(template);
        }

        _families = [.. _templates.Select(static t => t.Family).Distinct()];
        _givens = [.. _templates.Select(static t => t.Given).Distinct()];
    }

    /// <summary>What queries may ask of a patient.</summary>
    public PopulationPatient Patient(int number)
    {
        var template = _templates[number % _templates.Count];
        var (random, family, given, days) = Traits(number);
        return new PopulationPatient(Identity(number, 0, random.Next()), family, given, Shift(template.BirthDate, days), template.City);
    }

    /// <summary>All resources of a patient, the patient first.</summary>
    public List<PopulationResource> Resources(int number)
    {
        var template = _templates[number % _templates.Count];
        var (random, family, given, days) = Traits(number);
        var salt = random.Next();
        var resources = new List<PopulationResource>(template.Resources.Count);
        for (var i = 0; i < template.Resources.Count; i++)
        {
            var (type, text) = template.Resources[i];
            var json = Changing().Replace(text, match => match switch
            {
                { Groups: { } g } when g["id"].Success => template.Ordinals.TryGetValue(g["id"].Value, out var ordinal)
                    ? Reference(template, ordinal, Identity(number, ordinal, salt), g["urn"].Success)
                    : match.Value,
                { Groups: { } g } when g["date"].Success => Shift(g["date"].Value, days),
                { Groups: { } g } when g["ssn"].Success => $"999-{random.Next(10, 99)}-{random.Next(1000, 9999)}",
                _ => match.Groups["name"].Value + Vary(match.Groups["number"].ValueSpan, random),
            });
            json = json.Replace(template.Family, family, StringComparison.Ordinal).Replace(template.Given, given, StringComparison.Ordinal);
            resources.Add(new PopulationResource(type, Identity(number, i, salt), Encoding.UTF8.GetBytes(json)));
        }

        return resources;
    }

    // Synthea's own names end in a number. A new one for each patient keeps the bearers of a name as few in a large population as in
    // a small one, as they are among real names of a region; else a name of 108 templates would have 64 times the bearers.
    private (Random Random, string Family, string Given, int Days) Traits(int number)
    {
        var random = new Random(number);
        var family = _families[random.Next(_families.Length)].TrimEnd(s_digits) + random.Next(1_000).ToString("D3", CultureInfo.InvariantCulture);
        var given = _givens[random.Next(_givens.Length)].TrimEnd(s_digits) + random.Next(1_000).ToString("D3", CultureInfo.InvariantCulture);
        return (random, family, given, -random.Next(1500));
    }

    private static string Reference(Template template, int ordinal, string id, bool isUrn) => isUrn ? $"{template.Resources[ordinal].Type}/{id}" : id;

    // Time-ordered as the server's own ids are, so that indexes fill as they would.
    private static string Identity(int number, int ordinal, int salt) => string.Create(
        CultureInfo.InvariantCulture, $"{0x01900000 + (number >> 8):x8}-{number & 0xff:x2}00-7{ordinal & 0xfff:x3}-8{salt & 0xfff:x3}-{(uint)salt:x8}{ordinal & 0xffff:x4}");

    private static string Shift(string date, int days) =>
        DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var parsed)
            ? parsed.AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : date;

    private static string Vary(ReadOnlySpan<char> number, Random random) =>
        (double.Parse(number, CultureInfo.InvariantCulture) * (0.8 + (0.4 * random.NextDouble()))).ToString("F2", CultureInfo.InvariantCulture);

    [GeneratedRegex("""(?<urn>urn:uuid:)?(?<id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})|(?<date>\b(?:19|20)\d\d-\d\d-\d\d)|(?<ssn>\b999-\d\d-\d{4})|(?<name>"value": ?)(?<number>\d+\.\d+)""", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Changing();

    private sealed record Template(string Family, string Given, string BirthDate, string City, List<(string Type, string Text)> Resources, Dictionary<string, int> Ordinals)
    {
        public static Template? Read(string bundle)
        {
            using var document = JsonDocument.Parse(bundle);
            var entries = document.RootElement.GetProperty("entry");
            if (entries.GetArrayLength() > LargestTemplate)
                return null;
            var resources = new List<(string, string)>();
            var ordinals = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (var entry in entries.EnumerateArray())
            {
                ordinals[entry.GetProperty("fullUrl").GetString()!["urn:uuid:".Length..]] = resources.Count;
                resources.Add((entry.GetProperty("resource").GetProperty("resourceType").GetString()!, entry.GetProperty("resource").GetRawText()));
            }

            if (resources[0].Item1 != "Patient")
                return null;
            var patient = entries[0].GetProperty("resource");
            var name = patient.GetProperty("name")[0];
            return new Template(
                name.GetProperty("family").GetString()!,
                name.GetProperty("given")[0].GetString()!,
                patient.GetProperty("birthDate").GetString()!,
                patient.GetProperty("address")[0].GetProperty("city").GetString()!,
                resources,
                ordinals);
        }
    }
}
