// Patients for tests of matching, from a few words.

using System.Text;
using System.Text.Json.Nodes;
using FhirHub.Model;
using FhirHub.Server.Matching;

namespace FhirHub.Server.Tests.Matching;

internal static class People
{
    public const string ResidentSystem = "urn:oid:2.16.156.10011.1.3";

    /// <summary>
    /// A Patient of <c>key=value</c> parts separated by semicolons: name (family+given, or a text without a plus sign), born, sex, id
    /// (a resident's number), mrn, phone, mail, address, zip, twin (order of birth), died, active, replaced.
    /// </summary>
    public static JsonObject Patient(string words)
    {
        var patient = new JsonObject { ["resourceType"] = "Patient" };
        foreach (var part in words.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var value = part[(equals + 1)..];
            switch (part[..equals])
            {
                case "name":
                    var plus = value.IndexOf('+', StringComparison.Ordinal);
                    Add(patient, "name", plus < 0
                        ? new JsonObject { ["text"] = value }
                        : new JsonObject { ["family"] = value[..plus], ["given"] = new JsonArray([.. value[(plus + 1)..].Split(' ').Select(g => (JsonNode?)g)]) });
                    break;
                case "born":
                    patient["birthDate"] = value;
                    break;
                case "sex":
                    patient["gender"] = value == "m" ? "male" : "female";
                    break;
                case "id":
                    Add(patient, "identifier", new JsonObject { ["system"] = ResidentSystem, ["value"] = value });
                    break;
                case "mrn":
                    Add(patient, "identifier", new JsonObject { ["system"] = "urn:hospital:a", ["value"] = value });
                    break;
                case "phone":
                    Add(patient, "telecom", new JsonObject { ["system"] = "phone", ["value"] = value });
                    break;
                case "mail":
                    Add(patient, "telecom", new JsonObject { ["system"] = "email", ["value"] = value });
                    break;
                case "address":
                    Add(patient, "address", new JsonObject { ["text"] = value });
                    break;
                case "zip":
                    Add(patient, "address", new JsonObject { ["postalCode"] = value });
                    break;
                case "twin":
                    patient["multipleBirthInteger"] = int.Parse(value);
                    break;
                case "died":
                    patient["deceasedDateTime"] = value;
                    break;
                case "active":
                    patient["active"] = bool.Parse(value);
                    break;
                case "replaced":
                    Add(patient, "link", new JsonObject { ["other"] = new JsonObject { ["reference"] = value }, ["type"] = "replaced-by" });
                    break;
                default:
                    throw new ArgumentException(part);
            }
        }

        return patient;
    }

    public static PersonRecord Record(string words) => Record(Patient(words));

    public static PersonRecord Record(JsonObject patient) =>
        PersonRecord.Of(ResourceParser.ParseJson(Encoding.UTF8.GetBytes(patient.ToJsonString())).Tree!.Root);

    /// <summary>A resident's number with its check character.</summary>
    public static string ResidentNumber(string region, DateOnly birth, int sequence)
    {
        int[] weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        var body = $"{region}{birth:yyyyMMdd}{sequence:D3}";
        return body + "10X98765432"[body.Select((c, i) => (c - '0') * weights[i]).Sum() % 11];
    }

    private static void Add(JsonObject patient, string name, JsonObject item)
    {
        if (patient[name] is not JsonArray list)
            patient[name] = list = new JsonArray();
        list.Add((JsonNode)item);
    }
}
