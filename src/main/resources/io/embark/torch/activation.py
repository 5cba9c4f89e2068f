# Copyright the Embark authors
# SPDX-License-Identifier: Apache-2.0
# The activation functions by the names that Activations.java gives them, with the constants of torch.nn and of
# transformers/activations.py. To add one: a line here and one there; ActivationTest holds both against the oracle.
import torch
from network import Network
from torch import Tensor


class Activation(Network):
    def activate(self, x: Tensor, activation: str) -> Tensor:
        # All but the softmaxes work on each number alone.
        if activation == "gelu":
            return torch.gelu(x)
        if activation == "gelu_tanh":
            return torch.gelu(x, approximate="tanh")
        if activation == "silu":
            return torch.silu(x)
        if activation == "relu":
            return torch.relu(x)
        if activation == "sigmoid":
            return torch.sigmoid(x)
        if activation == "tanh":
            return torch.tanh(x)
        if activation == "none":
            return x
        return self.activate_rarely(x, activation)

    def activate_rarely(self, x: Tensor, activation: str) -> Tensor:
        if activation == "celu":
            return torch.celu(x, 1.0)
        if activation == "elu":
            return torch.elu(x, 1.0)
        if activation == "gelu_10":
            return torch.gelu(x).clamp_(-10.0, 10.0)
        if activation == "hardshrink":
            return torch.hardshrink(x, 0.5)
        if activation == "hardsigmoid":
            return torch.hardsigmoid(x)
        if activation == "hardswish":
            return torch.hardswish(x)
        if activation == "hardtanh":
            return torch.clamp(x, -1.0, 1.0)
        if activation == "laplace":
            # Ma and others, "Mega", arXiv:2209.10655: the normal distribution's function, mu 0.707107, sigma 0.282095.
            return torch.erf((x - 0.707107) / (0.282095 * 1.4142135623730951)).add_(1.0).mul_(0.5)
        if activation == "leaky_relu":
            return torch.leaky_relu(x, 0.01)
        if activation == "log_sigmoid":
            return torch.log_sigmoid(x)
        if activation == "log_softmax":
            return torch.log_softmax(x, -1)
        if activation == "mish":
            return torch.mish(x)
        if activation == "quick_gelu":
            return x * torch.sigmoid(1.702 * x)
        if activation == "relu6":
            return torch.clamp(x, 0.0, 6.0)
        if activation == "relu_squared":
            return torch.square(torch.relu(x))
        if activation == "rrelu":
            # Outside of training the slope is the mean of its bounds, 1/8 and 1/3.
            return torch.leaky_relu(x, (0.125 + 1.0 / 3.0) / 2.0)
        if activation == "selu":
            return torch.selu(x)
        if activation == "softmax":
            return torch.softmax(x, -1)
        if activation == "softmin":
            return torch.softmax(-x, -1)
        if activation == "softplus":
            return torch.softplus(x, 1.0, 20.0)
        if activation == "softplus_root":
            return torch.softplus(x, 1.0, 20.0).sqrt()
        if activation == "softshrink":
            return torch.softshrink(x, 0.5)
        if activation == "softsign":
            return x / (1.0 + x.abs())
        # tanhshrink
        return x - torch.tanh(x)
