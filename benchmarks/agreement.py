#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares what tet gives with what its peers give, to rounding: networks of the zoo with SpikingJelly's (outputs, BatchNorm
statistics and all gradients in double), and a folder of images with torchvision's ImageFolder, Resize and CenterCrop.

    agreement.py        needs torch, torchvision, spikingjelly, Pillow; a compiler (CXX), Eigen (EIGEN: its include folder),
                        oneTBB, libjpeg, libpng. Ends with 1 where they differ by more than is said below.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy
import torch
import torchvision
from PIL import Image
from spikingjelly.activation_based import functional
from spikingjelly.activation_based.model import sew_resnet, spiking_resnet

ROOT = Path(__file__).resolve().parent.parent
NETWORK_TOLERANCE = 1e-12  # of the largest value of a tensor
IMAGE_TOLERANCE = 1.01     # bytes: the Python Imaging Library rounds to bytes after resizing, twice
T, B, SIZE, CLASSES = 2, 2, 64, 10

# Every tensor in order; an input, outputs in training mode, dL/d output; gradients; statistics; outputs in inference mode.
NETWORK_PROGRAM = r"""
#include <tet/tet.hpp>
#include <cstdio>
using namespace tet;
constexpr Index T = %d, B = %d, SIZE = %d, CLASSES = %d;
constexpr zoo::ResNetOptions small{.size = SIZE};
using Net = %s;
int main(int, char** argv) {
  Model<Net, Cpu, double> model{Seed{11}};
  std::FILE* const file = std::fopen(argv[1], "wb");
  auto const put = [&](double const* p, std::size_t n) { std::fwrite(p, sizeof(double), n, file); };
  for (auto const& info : model.tensors()) {
    if (info.role == TensorRole::counter) continue;
    auto values = model.get(info);
    if (info.shape.size() == 4) for (double& value : values) value *= 2;  // lively
    model.set(info, values);
    put(values.data(), values.size());
  }
  Random const random(Seed{5}, 0);
  std::vector<double> x(std::size_t(T * B * SIZE * SIZE * 3));
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = 3 * random.uniform(i) - 1;
  InputBatch<double> const batch{x, Timesteps{T}, BatchSize{B}, Presentation::temporal};
  auto const out = model.forward(batch, Mode::training);
  std::size_t const outputs = std::size_t(T * B * CLASSES);
  put(x.data(), x.size());
  put(out.data, outputs);
  for (std::size_t i = 0; i < outputs; ++i) model.output_gradient()[i] = random.uniform(x.size() + i) - 0.5;
  put(model.output_gradient(), outputs);
  put(model.backward(InputGradient::computed), x.size());
  for (auto const& info : model.tensors())
    if (info.role == TensorRole::parameter) put(model.gradient(info).data(), std::size_t(info.count));
  for (auto const& info : model.tensors())
    if (info.role == TensorRole::statistic) put(model.get(info).data(), std::size_t(info.count));
  put(model.forward(batch, Mode::inference).data, outputs);
  return std::fclose(file);
}
"""

IMAGE_PROGRAM = r"""
#include <tet/data/batches.hpp>
#include <tet/data/image_folder.hpp>
#include <cstdio>
int main(int, char** argv) {
  tet::data::ImageFolder const set(argv[1]);
  std::FILE* const file = std::fopen(argv[2], "wb");
  for (tet::Batch const& batch : tet::data::batches(set, 5, tet::Timesteps{1}))
    std::fwrite(batch.values.data(), sizeof(float), batch.values.size(), file);
  for (tet::Index i = 0; i < set.size(); ++i) std::printf("%s:%d\n", set.path(i).c_str(), set.label(i));
  return std::fclose(file);
}
"""


def build(work: Path, source: str) -> Path:
    (work / "program.cpp").write_text(source)
    subprocess.run([os.environ.get("CXX", "g++"), "-std=c++20", "-O2", "-march=native", "-Wno-psabi", f"-I{ROOT}/include",
                    "-isystem", os.environ.get("EIGEN", "/usr/include/eigen3"), "program.cpp", "-o", "program",
                    "-ltbb", "-ljpeg", "-lpng"], cwd=work, check=True)
    return work / "program"


class Fire(torch.autograd.Function):
    """A spike above the threshold; the triangle of width 1 as its derivative."""

    @staticmethod
    def forward(context, v):
        context.save_for_backward(v)
        return (v > 0).to(v)

    @staticmethod
    def backward(context, gradient):
        (v,) = context.saved_tensors
        return gradient * torch.clamp(1 - v.abs(), min=0)


class Lif(torch.nn.Module):
    """tet::Lif<> in PyTorch."""

    def __init__(self, **_):
        super().__init__()
        self.step_mode = "m"

    def forward(self, x):
        u, spikes = torch.zeros_like(x[0]), []
        for now in x:
            u = 0.5 * u + now
            spikes.append(Fire.apply(u - 1))
            u = (1 - spikes[-1]) * u
        return torch.stack(spikes)


def error(got, want) -> float:
    return float((got - want).abs().max() / want.abs().max().clamp(min=1e-30))


def network(work: Path, name: str, peer: torch.nn.Module) -> float:
    """The largest error of all tensors."""
    program = build(work, NETWORK_PROGRAM % (T, B, SIZE, CLASSES, name))
    subprocess.run([program, work / "values"], check=True)
    values, at = torch.from_numpy(numpy.fromfile(work / "values")), 0

    def take(*shape):
        nonlocal at
        at += (count := int(numpy.prod(shape)))
        return values[at - count:at].reshape(shape)

    functional.set_step_mode(peer, "m")
    state = {k: v if k.endswith("num_batches_tracked") else take(*v.shape) for k, v in peer.state_dict().items()}
    peer.load_state_dict(state)
    parameters = dict(peer.named_parameters())
    x = take(T, B, SIZE, SIZE, 3).permute(0, 1, 4, 2, 3).clone().requires_grad_()
    out, gradient, dx = take(T, B, CLASSES), take(T, B, CLASSES), take(T, B, SIZE, SIZE, 3).permute(0, 1, 4, 2, 3)
    want = peer.train()(x)
    (want * gradient).sum().backward()
    errors = [error(out, want.detach()), error(dx, x.grad)]
    errors += [error(take(*v.shape), parameters[k].grad) for k, v in state.items() if k in parameters]
    errors += [error(take(*v.shape), v) for k, v in peer.state_dict().items() if "running" in k]
    with torch.no_grad():
        errors.append(error(take(T, B, CLASSES), peer.eval()(x)))
    assert at == len(values)
    return max(errors)


def images(work: Path) -> float:
    """The largest difference of a value of an image, in bytes."""
    random, tree = numpy.random.default_rng(1), work / "tree"
    for label in ("b", "a", "Z"):
        (tree / label / "sub").mkdir(parents=True)
        for i, (height, width) in enumerate([(300, 400), (500, 375), (224, 260), (120, 90), (257, 256), (231, 345)]):
            noise = random.integers(0, 256, (height // 8 + 1, width // 8 + 1, 3), dtype=numpy.uint8)
            image = Image.fromarray(noise).resize((width, height), Image.BICUBIC)
            path = str(tree / label / ("sub" if i % 2 else "") / str(10 - i))
            if i % 3 == 0: image.save(path + ".png")
            elif i % 3 == 1: image.save(path + ".jpg", quality=90)
            else: image.convert("L").save(path + ".JPEG", quality=95)
    mean, deviation = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
    peer = torchvision.datasets.ImageFolder(str(tree), torchvision.transforms.Compose([
        torchvision.transforms.Resize(256), torchvision.transforms.CenterCrop(224), torchvision.transforms.ToTensor(),
        torchvision.transforms.Normalize(mean, deviation)]))
    names = subprocess.run([build(work, IMAGE_PROGRAM), tree, work / "pixels"], check=True, capture_output=True, text=True)
    if names.stdout.split() != [f"{path}:{label}" for path, label in peer.samples]:
        return float("inf")
    got = numpy.fromfile(work / "pixels", dtype=numpy.float32).reshape(len(peer), 224, 224, 3)
    scale = 255 * numpy.array(deviation)
    return max(float((numpy.abs(got[i] - peer[i][0].permute(1, 2, 0).numpy()) * scale).max()) for i in range(len(peer)))


def main() -> int:
    torch.set_default_dtype(torch.float64)
    options = {"spiking_neuron": Lif, "num_classes": CLASSES}
    # SpikingJelly's bottleneck gives IAND its operands the other way round than its basic block and the paper do.
    peers = {
        "zoo::SpikingResNet18<CLASSES,Lif<>,small>": spiking_resnet.spiking_resnet18(**options),
        "zoo::SewResNet18<CLASSES,Join::add,Lif<>,small>": sew_resnet.sew_resnet18(cnf="ADD", **options),
        "zoo::SewResNet18<CLASSES,Join::inverted_and,Lif<>,small>": sew_resnet.sew_resnet18(cnf="IAND", **options),
        "zoo::SewResNet50<CLASSES,Join::add,Lif<>,small>": sew_resnet.sew_resnet50(cnf="ADD", **options),
    }
    good = True
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for name, peer in peers.items():
            worst = network(work, name, peer)
            good &= worst <= NETWORK_TOLERANCE
            print(f"{name}: {worst:.1e} of the largest value", flush=True)
        torch.set_default_dtype(torch.float32)
        worst = images(work)
        good &= worst <= IMAGE_TOLERANCE
        print(f"ImageFolder: {worst:.2f} bytes")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
