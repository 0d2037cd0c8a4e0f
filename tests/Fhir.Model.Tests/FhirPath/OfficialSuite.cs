// Runs the official FHIRPath test suites, which lie beside the project.

using System.Globalization;
using System.Xml.Linq;
using FhirHub.Model.FhirPath;
using FhirHub.Tests;

namespace FhirHub.Model.Tests.FhirPath;

/// <summary>A case of a suite: what is evaluated on what, and what must come of it.</summary>
internal sealed record OfficialCase(
    string Name, string? InputFile, string Expression, string? Invalid, bool IsPredicate, bool IsOrdered, bool ChecksOrder,
    string? Mode, IReadOnlyList<(string? Type, string Value)> Outputs);

internal sealed class OfficialSuite(string folder)
{
    private readonly Dictionary<string, ResourceTree?> _inputs = new(StringComparer.Ordinal);

    public static OfficialSuite? Open() =>
        SharedMaterial.Folder("suites") is { } folder ? new OfficialSuite(Path.Combine(folder, "suites", "fhir-test-cases")) : null;

    public IReadOnlyList<OfficialCase> Read(string file) =>
    [
        .. XDocument.Load(Path.Combine(folder, file)).Descendants().Where(e => e.Name.LocalName == "test").Select(test =>
        {
            var expression = test.Elements().Single(e => e.Name.LocalName == "expression");
            return new OfficialCase(
                (string)test.Attribute("name")!,
                (string?)test.Attribute("inputfile"),
                expression.Value,
                (string?)expression.Attribute("invalid"),
                (string?)test.Attribute("predicate") == "true",
                (string?)test.Attribute("ordered") != "false",
                (string?)test.Attribute("checkOrderedFunctions") == "true",
                (string?)test.Attribute("mode"),
                [.. test.Elements().Where(e => e.Name.LocalName == "output").Select(o => ((string?)o.Attribute("type"), o.Value))]);
        }),
    ];

    /// <summary>Says what went wrong, or null if the case passes.</summary>
    public string? Run(OfficialCase test)
    {
        var input = test.InputFile is null ? null : Input(test.InputFile);
        if (test.InputFile is not null && input is null)
            return "the input is not there";
        string[] actual;
        IReadOnlyList<FhirPathValue> values;
        try
        {
            var expression = FhirPathExpression.Compile(test.Expression, input?.Root.Type, test.ChecksOrder);
            values = expression.Evaluate(input?.Root ?? default);
            if (test.IsPredicate)
                values = [FhirPathValue.Of(values.Count > 0)];
            actual = [.. values.Select(Show)];
            if (test.Invalid is not null)
                return $"must fail ({test.Invalid}), gave [{string.Join(", ", actual)}]";
        }
        catch (FhirPathException fault)
        {
            return test.Invalid is not null ? null : $"failed: {fault.Message}";
        }

        var expected = test.Outputs.Select(o => Show(o.Type, o.Value)).ToArray();
        if (expected.Length == actual.Length && test.Outputs.All(o => o.Type is null))
            actual = [.. values.Select(v => Show(null, v.ToString()))];
        if (!test.IsOrdered)
        {
            Array.Sort(actual, StringComparer.Ordinal);
            Array.Sort(expected, StringComparer.Ordinal);
        }

        return expected.SequenceEqual(actual)
            ? null
            : $"expected [{string.Join(", ", expected)}], gave [{string.Join(", ", actual)}]";
    }

    private static string Show(FhirPathValue value) => Show(value.Type.Name, value.ToString());

    // The suites write System types in lower case, dates as literals, and decimals with any sign of zero.
    private static string Show(string? type, string value)
    {
        if (type is not null)
            type = type == "Quantity" ? type : char.ToLowerInvariant(type[0]) + type[1..];
        value = value.TrimStart('@');
        if ((type is null or "time") && value.StartsWith('T'))
            value = value[1..];
        if (value == "-0.0")
            value = "0.0";
        if ((type is null or "decimal") && decimal.TryParse(value, NumberStyles.Number, CultureInfo.InvariantCulture, out var number))
            value = number.ToString("G29", CultureInfo.InvariantCulture);
        return $"{type ?? "?"} {value}";
    }

    // The suite's own input has status in front of extension, which the schema forbids and the parser therefore reports.
    private static byte[] InSchemaOrder(string file)
    {
        var document = XDocument.Load(file, LoadOptions.PreserveWhitespace);
        var extension = document.Root!.Elements().First(e => e.Name.LocalName == "extension");
        var status = document.Root.Elements().First(e => e.Name.LocalName == "status");
        extension.Remove();
        status.AddBeforeSelf(extension);
        using var bytes = new MemoryStream();
        document.Save(bytes, SaveOptions.DisableFormatting);
        return bytes.ToArray();
    }

    public ResourceTree? Input(string name)
    {
        if (_inputs.TryGetValue(name, out var known))
            return known;
        var file = new[] { Path.Combine(folder, "r4", name), Path.Combine(folder, "r4", "examples", name) }.FirstOrDefault(File.Exists);
        ResourceTree? tree = null;
        if (file is not null)
        {
            var bytes = name == "observation-example.xml" ? InSchemaOrder(file) : File.ReadAllBytes(file);
            var result = file.EndsWith(".xml", StringComparison.Ordinal) ? ResourceParser.ParseXml(bytes) : ResourceParser.ParseJson(bytes);
            tree = result.Tree ?? throw new InvalidOperationException($"{name}: {result.Issues[0].Diagnostics}");
        }

        _inputs.Add(name, tree);
        return tree;
    }
}
