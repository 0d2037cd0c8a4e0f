// The units of UCUM in the short form that Fhir.Model reads at start.

using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FhirHub.DefinitionsCompiler;

/// <summary>Compiles the table of the npm package <c>@lhncbc/ucum-lhc</c> to <c>ucum.tsv</c>.</summary>
internal static class UcumCompiler
{
    /// <summary>The content of <c>ucum.tsv</c>; UcumTable.cs of Fhir.Model reads it and describes it.</summary>
    public static byte[] Compile(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        var output = new StringBuilder();

        var prefixes = new Rows(document.RootElement.GetProperty("prefixes"));
        foreach (var row in prefixes.Data)
        {
            var power = prefixes.Text(row, "exp_");
            Line(output, "P", prefixes.Text(row, "code_"), power.Length > 0 ? $"1e{power}" : prefixes.Text(row, "value_"));
        }

        var units = new Rows(document.RootElement.GetProperty("units"));
        foreach (var row in units.Data)
        {
            // The rest of the table are products of these, which the grammar makes.
            if (units.Text(row, "source_") == "UCUM")
                Write(units, row, output);
        }

        return Encoding.UTF8.GetBytes(output.ToString());
    }

    private static void Write(Rows units, JsonElement row, StringBuilder output)
    {
        var code = units.Text(row, "csCode_");
        var metric = units.Flag(row, "isMetric_") ? "1" : "0";
        var unit = units.Text(row, "csUnitString_");

        // UCUM counts the mole as a pure number (10*23). As a dimension of its own, which SI makes it, 5 mmol/l can't be
        // taken for a count of cells per litre, and its values stay within a decimal.
        if (units.Flag(row, "isBase_") || code == "mol")
        {
            Line(output, "B", code);
            return;
        }

        if (units.Flag(row, "isArbitrary_") && unit is "1" or "")
        {
            Line(output, "A", code, metric);
            return;
        }

        var function = units.Text(row, "cnv_");
        if (function == "inv")
            (unit, function) = ($"/{unit}", "");
        // The package's reference for the oersted lacks the division by pi that its magnitude has.
        if (code == "Oe")
            unit = "/[pi].A/m";
        Line(output, "U", code, metric, Factor(units, row, code), unit, function);
    }

    // The package has lost the numbers of some references; they are in other columns, and for two special units nowhere.
    private static string Factor(Rows units, JsonElement row, string code)
    {
        if (units.Flag(row, "isSpecial_"))
            return code switch { "B[SPL]" => "2e-5", "B[10.nV]" => "10", _ => "1" };
        var factor = units.Text(row, "baseFactorStr_");
        return factor is "1" or "" ? units.Text(row, "baseFactor_") : factor;
    }

    private static void Line(StringBuilder output, params string[] fields) => output.Append(string.Join('\t', fields)).Append('\n');

    private sealed class Rows
    {
        private readonly Dictionary<string, int> _columns = new(StringComparer.Ordinal);

        public Rows(JsonElement table)
        {
            var at = 0;
            foreach (var column in table.GetProperty("config").EnumerateArray())
            {
                if (column.ValueKind == JsonValueKind.String)
                    _columns[column.GetString()!] = at;
                at++;
            }

            Data = [.. table.GetProperty("data").EnumerateArray()];
        }

        public IReadOnlyList<JsonElement> Data { get; }

        public bool Flag(JsonElement row, string column) => row[_columns[column]].ValueKind == JsonValueKind.True;

        public string Text(JsonElement row, string column)
        {
            var value = row[_columns[column]];
            return value.ValueKind switch
            {
                JsonValueKind.String => value.GetString()!,
                JsonValueKind.Number => value.GetDouble().ToString("R", CultureInfo.InvariantCulture),
                _ => "",
            };
        }
    }
}
