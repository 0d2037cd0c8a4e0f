// A code system of 100,000 made-up drugs in a hierarchy, a value set over it and a map of 20,000 of its codes.

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FhirHub.Benchmarks.Terminology;

public static class SyntheticTerminology
{
    public const int Concepts = 100_000;
    public const int Mapped = 20_000;
    public const string System = "http://bench.example/drugs";
    public const string Target = "http://bench.example/local";
    public const string IsA = "http://bench.example/vs/all-kinds";
    public const string Map = "http://bench.example/map";

    private const int Children = 10;

    private static readonly string[] Substances =
    [
        "ibuprofen", "paracetamol", "amoxicillin", "metformin", "atorvastatin", "omeprazole", "salbutamol", "warfarin", "insulin", "morphine",
        "diclofenac", "cefazolin", "furosemide", "digoxin", "heparin", "prednisolone", "ketamine", "lidocaine", "naloxone", "tramadol",
    ];

    private static readonly string[] Forms = ["tablet", "capsule", "eye drops", "ear drops", "injection", "cream", "ointment", "syrup", "suppository", "patch"];

    private static readonly string[] Kinds = ["coated", "delayed release", "paediatric", "sterile", "sugar free", "forte", "hospital", "generic"];

    private static readonly string[] Chinese = ["布洛芬片", "滴眼液", "注射液", "胶囊", "软膏", "糖浆", "对乙酰氨基酚", "阿莫西林", "二甲双胍", "胰岛素"];

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>What a doctor may type: beginnings of two or three words in any order, some with a slip, some in Chinese.</summary>
    public static string Filter(Random random)
    {
        var (substance, form) = (Substances[random.Next(Substances.Length)], Forms[random.Next(Forms.Length)].Split(' ')[0]);
        var number = random.Next(Concepts);
        return random.Next(6) switch
        {
            0 => $"{form} {substance[..random.Next(3, substance.Length)]}",
            1 => $"{substance[..^1]} {number % 97}",
            2 => $"{substance[..4]} {Kinds[random.Next(Kinds.Length)][..3]} {form[..3]}",
            3 => $"{substance[..3]}{substance[4]}{substance[3]}{substance[5..]} {form}",
            4 => $"{Chinese[random.Next(Chinese.Length)]} {number / 100}",
            _ => $"{number} {form[..2]}",
        };
    }

    public static byte[] CodeSystem() => Write(json =>
    {
        Head(json, "CodeSystem", "drugs", System);
        json.WriteString("content", "complete");
        json.WriteBoolean("caseSensitive", true);
        json.WriteString("hierarchyMeaning", "is-a");
        json.WriteStartArray("property");
        json.WriteStartObject();
        json.WriteString("code", "parent");
        json.WriteString("uri", "http://hl7.org/fhir/concept-properties#parent");
        json.WriteString("type", "code");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartArray("concept");
        for (var i = 0; i < Concepts; i++)
            WriteConcept(json, i);
        json.WriteEndArray();
    });

    public static byte[] ValueSet() => Write(json =>
    {
        Head(json, "ValueSet", "all-kinds", IsA);
        json.WritePropertyName("compose");
        json.WriteRawValue($$$"""{"include":[{"system":"{{{System}}}","filter":[{"property":"concept","op":"is-a","value":"{{{Code(0)}}}"}]}]}""");
    });

    public static byte[] ConceptMap() => Write(json =>
    {
        Head(json, "ConceptMap", "map", Map);
        json.WriteString("sourceUri", IsA);
        json.WriteStartArray("group");
        json.WriteStartObject();
        json.WriteString("source", System);
        json.WriteString("target", Target);
        json.WriteStartArray("element");
        for (var i = 0; i < Mapped; i++)
        {
            json.WriteStartObject();
            json.WriteString("code", Code(i));
            json.WriteStartArray("target");
            json.WriteStartObject();
            json.WriteString("code", $"L{i}");
            json.WriteString("display", $"Local {i}");
            json.WriteString("equivalence", i % 3 == 0 ? "equivalent" : "wider");
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
    });

    public static string Code(int concept) => $"D{concept:D6}";

    /// <summary>A concept above the given one.</summary>
    public static int Ancestor(int concept) => concept < 1 ? 0 : (concept - 1) / Children / Children;

    public static string Display(int concept) =>
        $"{Substances[concept % Substances.Length]} {Forms[concept / 7 % Forms.Length]} {Kinds[concept / 3 % Kinds.Length]} {(concept % 97) + 1} mg no. {concept}";

    private static void WriteConcept(Utf8JsonWriter json, int concept)
    {
        json.WriteStartObject();
        json.WriteString("code", Code(concept));
        json.WriteString("display", Display(concept));
        if (concept % 4 == 0)
        {
            json.WriteStartArray("designation");
            json.WriteStartObject();
            json.WriteString("language", "zh-CN");
            json.WriteString("value", $"{Chinese[concept / 4 % Chinese.Length]} {concept}");
            json.WriteEndObject();
            json.WriteEndArray();
        }

        if (concept > 0)
        {
            json.WriteStartArray("property");
            json.WriteStartObject();
            json.WriteString("code", "parent");
            json.WriteString("valueCode", Code((concept - 1) / Children));
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void Head(Utf8JsonWriter json, string type, string id, string url)
    {
        json.WriteString("resourceType", type);
        json.WriteString("id", id);
        json.WriteString("url", url);
        json.WriteString("version", "1.0");
        json.WriteString("status", "active");
    }

    private static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>(1 << 20);
        using (var json = new Utf8JsonWriter(output, Relaxed))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }
}
