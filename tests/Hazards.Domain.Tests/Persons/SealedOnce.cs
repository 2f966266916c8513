using Hazards.Domain.Codes;
using Hazards.Domain.Tests.Rules;

namespace Hazards.Domain.Tests.Persons;

/// <summary>
/// Data sealed by another program (Python's cryptography, from the description in docs/personal-data.md) under
/// <see cref="Story.Seal"/>: what was sealed once stays openable for ever.
/// </summary>
internal static class SealedOnce
{
    public static readonly PersonData Data = new("赵某某", "13900001111", "620000190001010000", "东江镇", "微信同号");

    public const string Said = "当晚闻到气味";

    public static readonly SealedPerson WhistleBlower = new(
        Story.Seal.Person, PersonKind.WhistleBlower,
        "ASYt1gvTmuDQC2wg+sB9zFUaJLlZImBoKyk1ZG6PAb/PAAECAwQFBgcICQoLChJv9qW4QzEtwwf0ggdna7YHn7lc7xIToy1fh37kAQK2mILQdrTIEBV/LUTWecAjAXmSjKjoY4TzEuv082Z7oIgSqzdgKV2O47mkFD1d5ekRuPhuVH5ywY+KNL7hLL28obYPnAdhzFylXS2A/qNTeYycpjDzpjnY4JDn3SV4OnWWA1XQLHi5Bl149kLM/yr9jyCW22munUcTXB2EtdG1B2QY2ClBUJe+m7W9cumpzfaUYNJ4Jt5a5dOXhD1jtgSlcUhhF7IFULVELzymQcK4DNQP7clztaEBMpJAjLmPPcL1TxWPE/NvI62oBSznwEW5B0e9Plsf7qP3M1Ot6JGdbvT0RBLfKGLLwIVF5SGpzVE=");

    public static readonly SealedPerson Witness = new(
        Story.Seal.Person, PersonKind.Witness,
        "ASYt1gvTmuDQC2wg+sB9zFUaJLlZImBoKyk1ZG6PAb/PAAECAwQFBgcICQoLChJv9qW4QzEtwwf0ggdna7YHn7lc7xIToy1fh37kAQK2mILQdrTIEBV/LUTWecAjAXmSjKjoY4TzEuv082Z7oIgSqzdgKV2O47mkFD1d5ekRuPhuVH5ywY+KNL7hLL28obYPnAdhzFylXS2A/qNTeYycpjDzpjnY4JDn3SV4OnWWA1XQLHi5Bl149kLM/yr9jyCW22munUcTXB2EtdG1B2QY2ClBUJe+m7W9cumpzfaUYNJ4Jt5a5dOXhD1jtgSlcUhhF7IFULVELzymQcK4DNQP7clztaEBMpJAjLmPPcL1TxWPE/NvI62oBSznwEW5B0e9Plsf7qP3M1Ot6JGdbv6QgoobYx1r7gpc4q+FWAA=");

    public const string Statement = "ASYt1gvTmuDQC2wg+sB9zFUaJLlZImBoKyk1ZG6PAb/PAQIDBAUGBwgJCgsMS5M/e6nxynrUWHCVBUqpwJjt8idWddEyVRd1SxagfLyFtzm3zd2QHJ1khgMkDGbj2QOT66rNl7Jd4SV3KbS9SvakcP6TwoWrXgxnb3kGsFroWWAGi0dHZTMY6LUTcytvsiLuz0qDYuahx9a0XNN1oYVNge7Q+MVt7YXW1wUYj57WEOsvlPX3eo1Wh/ouZAnXszFlK1bIYR88b/3u9EtFGs1GzAskaSbE4usS3fOt8dVRPe/mYWtWalnS2QMj4jSa1a2SLQHUSPOsgPjllO9Y+2qWf2KiwLVYc5Nb5dcyU9C7c+db0TSU58xll1nzfRZ/DgzpiI6KjkxlCPYrmaVufyJZov6QFKUkSWLr5WKZ5Mg=";
}
